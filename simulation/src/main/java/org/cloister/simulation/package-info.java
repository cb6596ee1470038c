// SPDX-License-Identifier: Apache-2.0
/**
 * The simulation: core, pools, backends and emulated firmware, the real ones, on one virtual clock and one scheduler that
 * a seed decides for. Bundles come and go, firmware refuses, answers late or not at all, areas are exhausted, importers
 * are slow, the normal world is hostile; after each step an {@link org.cloister.simulation.Auditor} looks whether the
 * promises are kept. The same seed gives the same run.
 *
 * <p>A run is single-threaded: components wait, lock and start threads as ever, but their threads are virtual ones whose
 * pieces of work {@link org.cloister.simulation.Scheduler} runs one after the other. So a data race is not found here (see
 * the stress tests in {@code bench}); a wrong order of events is, wherever a call leaves the framework: at each call of
 * firmware, each change of the firewall, each register, each wait.
 */
package org.cloister.simulation;
