// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks. The build compiles them and does not run them:
 *
 * <pre>{@code
 * mvn -pl bench -am package -DskipTests
 * java -jar bench/target/org.cloister.bench-1.0.0-SNAPSHOT.jar                # all; takes minutes
 * java -jar bench/target/org.cloister.bench-1.0.0-SNAPSHOT.jar Allocation --json
 * java -jar bench/target/org.cloister.bench-1.0.0-SNAPSHOT.jar Allocation -p live=1000000 -f 1
 * }</pre>
 *
 * <p>Each figure is measured beside a peer or a limit in the same run, for times of one machine say little on another.
 * {@link org.cloister.bench.Against} on a benchmark names the peer and the aim, and
 * {@link org.cloister.bench.Bench} prints the ratio.
 */
package org.cloister.bench;
