// SPDX-License-Identifier: Apache-2.0
/**
 * The static carve-out backend: heaps in reserved memory whose rights boot firmware set once, so that nothing is asked
 * of any firmware at run time.
 *
 * <p>Which children of {@code /reserved-memory} are heaps is told by the device tree, or by configurations of
 * {@code org.cloister.backend.carveout} for trees that cannot be changed; for one node, the configuration wins.
 *
 * <table>
 *   <caption>Properties of a node</caption>
 *   <tr><th>device tree</th><th>configuration</th><th>meaning</th></tr>
 *   <tr><td>-</td><td>{@code node}</td><td>the path of the node</td></tr>
 *   <tr><td>{@code cloister,use-case}</td><td>{@code heap.use-case}</td><td>what the memory is for, such as
 *     {@code "secure-video"}; required</td></tr>
 *   <tr><td>{@code cloister,use-case-id}</td><td>{@code heap.use-case-id}</td><td>a cell: the id of a vendor's own use
 *     case</td></tr>
 *   <tr><td>{@code cloister,heap-name}</td><td>{@code heap.name}</td><td>the name of the heap; by default the one that
 *     mainline Linux gives the use case</td></tr>
 *   <tr><td>{@code cloister,grants}</td><td>{@code grants}</td><td>what boot firmware grants, as in {@code "cpu:w"},
 *     {@code "video-decoder:rw"}, {@code "display:r"}; {@code "secure:rw"} is the secure world; required</td></tr>
 * </table>
 */
package org.cloister.backend.carveout.internal;
