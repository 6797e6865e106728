export { type Address, isLoopback, parseAddress } from "./address.ts";
export { type Advertise, advertisedUrl, isWildcard } from "./advertised.ts";
export * from "./config.ts";
export { parseHostIni } from "./host-ini.ts";
export { type ConfigSources, readConfig } from "./read-config.ts";
export { configReference } from "./reference.ts";
export { type ServerGroup, serverGroup, type UpstreamTable, type UpstreamTier } from "./server-groups.ts";
export { Settings } from "./settings.ts";
