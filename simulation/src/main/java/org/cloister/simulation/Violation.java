// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

/**
 * A promise that was broken.
 *
 * @param promise its number in the list of promises; see {@link Auditor}
 * @param text what was seen
 */
record Violation(int promise, String text) {}
