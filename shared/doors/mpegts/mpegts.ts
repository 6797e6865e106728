import { type LiveOptions, serveLive } from "#shared/doors/viewer";
import { misfitAmong } from "#shared/formats/mpegts";
import type { HttpApp } from "#shared/net/http";
import { tsForm } from "./ts-form.ts";

/** Adds `GET /<app>/<name>.ts`: the live stream as an MPEG transport stream without end; 415 for codecs it has no room for. */
export const serveMpegTs = (http: HttpApp, options: LiveOptions): void =>
	serveLive(http, { protocol: "mpegts", suffix: ".ts", contentType: "video/mp2t", form: tsForm, misfitAmong }, options);
