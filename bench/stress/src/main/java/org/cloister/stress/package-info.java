// SPDX-License-Identifier: Apache-2.0
/**
 * Races of two threads, for jcstress. The build compiles them and does not run them:
 *
 * <pre>{@code
 * java -jar bench/stress/target/org.cloister.stress-1.0.0-SNAPSHOT.jar -v       # all; long
 * java -jar bench/stress/target/org.cloister.stress-1.0.0-SNAPSHOT.jar -m quick -sc false -v
 * java -jar bench/stress/target/org.cloister.stress-1.0.0-SNAPSHOT.jar -m quick -t FindAgainstSwap
 * }</pre>
 *
 * <p>It exits with 0 when only outcomes were seen that are listed as acceptable, and writes a page with their counts to
 * {@code results}.
 */
package org.cloister.stress;
