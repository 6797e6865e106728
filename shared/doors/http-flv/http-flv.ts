import { type LiveOptions, serveLive } from "#shared/doors/viewer";
import type { HttpApp } from "#shared/net/http";
import { flvForm } from "./flv-form.ts";

/** Adds `GET /<app>/<name>.flv`: the live stream as an FLV file without end. */
export const serveHttpFlv = (http: HttpApp, options: LiveOptions): void =>
	serveLive(http, { protocol: "http-flv", suffix: ".flv", contentType: "video/x-flv", form: flvForm }, options);
