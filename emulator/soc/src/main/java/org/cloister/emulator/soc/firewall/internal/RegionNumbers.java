// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

/**
 * The register sets that regions of a kind may use.
 *
 * @param first the lowest number
 * @param last the highest number
 */
record RegionNumbers(int first, int last) {
    boolean has(int number) {
        return first <= number && number <= last;
    }

    int count() {
        return last - first + 1;
    }
}
