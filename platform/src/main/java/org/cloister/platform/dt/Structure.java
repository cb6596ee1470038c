// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

/**
 * Where the nodes and properties of a checked structure block are. Nodes are numbered in the order of the blob, so that
 * the root is 0, the first child of a node is the next number, and a subtree is a run of numbers. Properties come
 * before child nodes; so those of a node are a run too, which ends where that of the next node starts.
 *
 * @param nodes how many nodes there are
 * @param name node → offset of its name
 * @param parent node → its parent; the root's is -1
 * @param end node → the first node behind its subtree
 * @param firstProperty node → index into {@code property}; one entry more than there are nodes
 * @param property offsets of PROP tokens
 */
record Structure(int nodes, int[] name, int[] parent, int[] end, int[] firstProperty, int[] property) {
}
