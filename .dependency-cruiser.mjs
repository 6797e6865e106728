// Which room may import which. docs/architecture.md says what each room holds.
// A part imports the parts of the rooms above its own, and in its own room the parts before it.
const ROOMS = {
	base: ["errors", "clock", "bytes", "deque", "names", "address", "config", "runtime"],
	formats: ["packet", "amf0", "flv", "codec", "cmaf", "hls", "dash", "mpegts", "websocket"],
	rtmp: ["handshake", "chunk", "message", "session", "node-proof"],
	media: ["headers", "stream", "splice", "timeline", "package"],
	net: ["socket", "http", "rtmp"],
	access: ["request", "sessions", "admission"],
	mesh: ["control", "node-link", "catalog", "upstream", "relay"],
	doors: ["viewer", "api", "http-flv", "mpegts", "segments", "hls", "dash", "rtmp"],
	node: ["workers", "service"],
};
const PARTS = Object.entries(ROOMS).flatMap(([room, parts]) => parts.map((part) => `${room}/${part}`));
const PURE = "^shared/(base/(errors|clock|bytes|deque|names)|formats|rtmp|media)/";
const error = (name, from, to) => ({ name, severity: "error", from, to });

export default {
	forbidden: [
		...PARTS.map((part, place) =>
			error(
				`${part.replace("/", "-")}-looks-up`,
				{ path: `^shared/${part}/` },
				{ path: "^shared/", pathNot: PARTS.slice(0, place + 1).map((above) => `^shared/${above}/`) },
			),
		),
		error("every-part-has-its-place", {}, { path: `^shared/(?!(${PARTS.join("|")})/)` }),
		error("shared-is-below-services", { path: "^shared" }, { path: "^(services|cli)" }),
		error("services-are-strangers", { path: "^services/([^/]+)/" }, { path: "^services/", pathNot: "^services/$1/" }),
		error(
			"processes-know-no-command",
			{ path: "^cli/processes/" },
			{ path: "^(cli|services)/", pathNot: "^cli/(processes/|project\\.ts$)" },
		),
		error("cli-starts-services-only-by-their-main", { path: "^cli" }, { path: "^services/[^/]+/(?!main\\.ts$)" }),
		error(
			"pure-parts-touch-no-io",
			{ path: PURE, pathNot: "\\.test\\.ts$" },
			{ dependencyTypes: ["core"], pathNot: "^(node:)?(buffer|assert|crypto)$" },
		),
		error(
			"sockets-stay-in-net",
			{ path: "^(services|shared)", pathNot: "^shared/net/|\\.test\\.ts$" },
			{ path: "^(node:)?(net|tls|http|https|http2|dgram)$" },
		),
		error(
			"parts-are-entered-by-their-index",
			{ path: "^(services|shared)/([^/]+)/([^/]+)/" },
			{ path: "^shared/([^/]+)/([^/]+)/(?!index\\.ts)", pathNot: "^shared/$2/$3/" },
		),
		error(
			"nats-stays-in-control",
			{ path: "^(services|shared|cli)", pathNot: "^shared/mesh/control/" },
			{ path: "node_modules/@nats-io/" },
		),
		error(
			"xstate-stays-in-machines",
			{ path: "^(services|shared)", pathNot: "^shared/mesh/upstream/|(machine|actor)(\\.test)?\\.ts$" },
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
