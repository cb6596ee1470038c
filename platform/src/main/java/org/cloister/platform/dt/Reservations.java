// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import java.util.ArrayList;
import java.util.List;

/** Reads the memory reservation block ({@code /memreserve/} in source form). */
final class Reservations {
    private Reservations() {
    }

    /**
     * The entries before the closing pair of zeros.
     *
     * @throws MalformedDeviceTree when there is no such pair, when an entry lies in another block, or goes beyond 2^64
     */
    static List<AddressRange> read(Blob blob, Header header) {
        List<AddressRange> entries = new ArrayList<>();
        int at = header.reservations();
        while (true) {
            if (at > blob.size() - Fdt.RESERVATION) {
                throw new MalformedDeviceTree(at, "the reservation block has no closing pair of zeros");
            }
            refuseOverlap(at, header.structure(), header.structureEnd(), "structure");
            refuseOverlap(at, header.strings(), header.stringsEnd(), "strings");
            long base = blob.doubleWord(at);
            long size = blob.doubleWord(at + Long.BYTES);
            if (base == 0 && size == 0) {
                return List.copyOf(entries);
            }
            if (AddressRange.wraps(base, size)) {
                throw new MalformedDeviceTree(at,
                        "the reservation of 0x%x bytes at 0x%x goes beyond 64 bits".formatted(size, base));
            }
            entries.add(new AddressRange(base, size));
            at += Fdt.RESERVATION;
        }
    }

    private static void refuseOverlap(int at, int start, int end, String block) {
        if (at < end && start < at + Fdt.RESERVATION) {
            throw new MalformedDeviceTree(at, "the reservation block has no closing pair of zeros before the %s block"
                    .formatted(block));
        }
    }
}
