import { type LiveAnswer, type LiveOptions, serveLive } from "#shared/doors/viewer";
import type { HttpApp } from "#shared/net/http";
import { flvForm, wsFlvForm } from "./flv-form.ts";

const FLV: LiveAnswer = {
	protocol: "http-flv",
	suffix: ".flv",
	contentType: "video/x-flv",
	form: flvForm,
	overWebSocket: { protocol: "ws-flv", form: wsFlvForm },
};

/** Adds `GET /<app>/<name>.flv`: the live stream as an FLV file without end, in one answer or in the messages of a WebSocket. */
export const serveHttpFlv = (http: HttpApp, options: LiveOptions): void => serveLive(http, FLV, options);
