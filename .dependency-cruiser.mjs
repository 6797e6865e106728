// Which folder may import which. A layer looks only down; the order is explained in docs/architecture.md.
const LAYERS = [
	["errors", "clock", "address"],
	["bytes"],
	["media", "amf0"],
	["flv"],
	["rtmp", "stream", "splice", "runtime"],
	["package", "control", "net", "config", "link", "pool"],
	["upstream", "catalog"],
	["door"],
	["node"],
	["relay"],
];
const PURE = "^shared/(errors|clock|address|bytes|media|amf0|flv|rtmp|stream|splice)/";
const error = (name, from, to) => ({ name, severity: "error", from, to });

export default {
	forbidden: [
		...LAYERS.map((own, level) =>
			error(
				`layer-${level}-looks-down`,
				{ path: `^shared/(${own.join("|")})/` },
				{
					path: "^shared/",
					pathNot: [
						"^shared/$1/",
						...LAYERS.slice(0, level)
							.flat()
							.map((name) => `^shared/${name}/`),
					],
				},
			),
		),
		error("every-shared-folder-has-a-layer", {}, { path: `^shared/(?!(${LAYERS.flat().join("|")})/)` }),
		error("shared-is-below-services", { path: "^shared" }, { path: "^(services|cli)" }),
		error("services-are-strangers", { path: "^services/([^/]+)/" }, { path: "^services/", pathNot: "^services/$1/" }),
		error("cli-starts-services-only-by-their-door", { path: "^cli" }, { path: "^services/[^/]+/(?!main\\.ts$)" }),
		error(
			"codecs-touch-no-io",
			{ path: PURE, pathNot: "\\.test\\.ts$" },
			{ dependencyTypes: ["core"], pathNot: "^(node:)?(buffer|assert|crypto)$" },
		),
		error(
			"sockets-stay-in-net",
			{ path: "^(services|shared)", pathNot: "^shared/net/|\\.test\\.ts$" },
			{ path: "^(node:)?(net|tls|http|https|http2|dgram)$" },
		),
		error(
			"through-the-front-door",
			{ path: "^(services|shared)/([^/]+)/" },
			{ path: "^shared/([^/]+)/(?!index\\.ts)", pathNot: "^shared/$2/" },
		),
		error(
			"nats-stays-in-control",
			{ path: "^(services|shared|cli)", pathNot: "^shared/control/" },
			{ path: "node_modules/@nats-io/" },
		),
		error(
			"xstate-stays-in-machines",
			{ path: "^(services|shared)", pathNot: "^shared/upstream/|(machine|actor)(\\.test)?\\.ts$" },
			{ path: "node_modules/xstate/" },
		),
		error("nothing-imports-test", { pathNot: "^(test|bench)|\\.test\\.ts$" }, { path: "^test|\\.test\\.ts$" }),
		error("no-circular", {}, { circular: true }),
	],
	options: {
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		doNotFollow: { path: "node_modules" },
		exclude: "^dist",
		enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["source", "import", "node", "default"] },
	},
};
