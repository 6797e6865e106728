const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** True for a node id: 1 to 64 letters, digits, `_` and `-`. The name of a cluster follows the same rule. */
export const isNodeId = (text: string): boolean => NODE_ID.test(text);
