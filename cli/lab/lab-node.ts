/** A running node as the user of the lab sees it. */
export type LabNode = {
	readonly id: string;
	readonly role: string;
	readonly pid: number;
	readonly rtmp: string;
	readonly http: string;
};
