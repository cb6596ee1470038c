// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks. The build compiles them and does not run them:
 *
 * <pre>{@code
 * ./cloister bench                                   # all; takes an hour
 * ./cloister bench Allocation --json
 * ./cloister bench Allocation -- -p live=1000000 -f 1
 * }</pre>
 *
 * <p>Each figure is measured beside a peer or a limit in the same run, for times of one machine say little on another.
 * {@link org.cloister.bench.Against} on a benchmark names the peer and the aim, and
 * {@link org.cloister.bench.Bench} prints the ratio.
 */
package org.cloister.bench;
