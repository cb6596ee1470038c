// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;

/** Whether a device can use memory, and if not, by which constraint and why. */
final class Compatibility {
    /**
     * A constraint that is not met.
     *
     * @param error the error of an attachment that fails for it
     * @param constraint the constraint's name
     * @param why what is wanted and what there is
     */
    record Obstacle(HeapError error, String constraint, String why) {}

    private Compatibility() {}

    /** Why a device may not touch memory of a heap, whatever its shape; the gravest first. */
    static List<Obstacle> permission(
            Constraints wants, String initiator, Access access, UseCase useCase, HeapAttributes heap) {
        var found = new ArrayList<Obstacle>();
        if (wants.restriction() == Constraints.Restriction.REQUIRED && !heap.restricted()) {
            found.add(new Obstacle(HeapError.NOT_PERMITTED, "restriction",
                    "the device works with restricted memory only, and this memory is not restricted"));
        }
        if (wants.restriction() == Constraints.Restriction.REFUSED && heap.restricted()) {
            found.add(new Obstacle(HeapError.NOT_PERMITTED, "restriction",
                    "the device works with normal memory only, and this memory is restricted"));
        }
        if (heap.enforcement() == Enforcement.ENCRYPTION && !wants.encryptionAccepted()) {
            found.add(new Obstacle(HeapError.NOT_PERMITTED, "enforcement",
                    "the device wants a firewall, and this memory is protected by encryption"));
        }
        if (heap.restricted() && !wants.useCases().isEmpty() && !wants.useCases().contains(useCase)) {
            found.add(new Obstacle(HeapError.NOT_PERMITTED, "use-case", "the device accepts "
                    + wants.useCases().stream().map(UseCase::name).sorted().toList() + " and the memory is for "
                    + useCase));
        }
        Access granted = heap.grantOf(initiator);
        if (!granted.allows(access)) {
            found.add(unreachable("rights", "initiator " + initiator + " needs " + access + " and is granted "
                    + granted));
        }
        return found;
    }

    /** Why a device may not be able to use a buffer of that size, going by what the heap promises for all of them. */
    static List<Obstacle> shape(Constraints wants, long size, HeapAttributes heap) {
        var found = new ArrayList<Obstacle>();
        if (heap.addressBits() > wants.addressBits()) {
            found.add(unreachable("address-width", "the device drives " + wants.addressBits()
                    + " address bits and the heap has addresses of " + heap.addressBits()));
        }
        if (!heap.contiguous()) {
            if (wants.contiguous() || wants.maxSegments() == 1) {
                found.add(unreachable("contiguity",
                        "the device needs one physical range and the heap gives several"));
            }
            if (wants.alignment() > heap.granularity()) {
                found.add(unreachable("alignment", "segments have to start at multiples of " + wants.alignment()
                        + " and the heap promises multiples of " + heap.granularity()));
            }
        } else if (rounded(size, heap.granularity()) > wants.maxSegmentSize()) {
            found.add(unreachable("segment-size", "the device takes segments of " + wants.maxSegmentSize()
                    + " bytes and the buffer would be one of " + rounded(size, heap.granularity())));
        }
        return found;
    }

    private static long rounded(long size, long granularity) {
        long rounded = size + granularity - 1 & -granularity;
        return rounded < size ? Long.MAX_VALUE : rounded;
    }

    /** Why a device cannot use this very buffer. */
    static List<Obstacle> shape(Constraints wants, PoolBuffer memory) {
        var found = new ArrayList<Obstacle>();
        int segments = memory.segments();
        if (segments == 0) {
            return List.of(unreachable("addresses",
                    "the kernel does not tell where the buffer is; its own drivers take the descriptor"));
        }
        if (wants.contiguous() && segments > 1) {
            found.add(unreachable("contiguity", "the device needs one physical range and the buffer has " + segments));
        } else if (segments > wants.maxSegments()) {
            found.add(unreachable("segments", "the device takes " + wants.maxSegments()
                    + " segments and the buffer has " + segments));
        }
        for (int i = 0; i < segments; i++) {
            long address = memory.address(i);
            long length = memory.length(i);
            if (wants.addressBits() < 64 && address + length - 1 >>> wants.addressBits() != 0) {
                found.add(unreachable("address-width", "the device drives " + wants.addressBits()
                        + " address bits and the buffer reaches 0x" + Long.toHexString(address + length - 1)));
            }
            if ((address & wants.alignment() - 1) != 0) {
                found.add(unreachable("alignment", "the device wants multiples of 0x"
                        + Long.toHexString(wants.alignment()) + " and a segment starts at 0x"
                        + Long.toHexString(address)));
            }
            if (length > wants.maxSegmentSize()) {
                found.add(unreachable("segment-size", "the device takes segments of " + wants.maxSegmentSize()
                        + " bytes and one has " + length));
            }
            if (!found.isEmpty()) {
                break; // one segment that does not fit says enough
            }
        }
        return found;
    }

    private static Obstacle unreachable(String constraint, String why) {
        return new Obstacle(HeapError.UNREACHABLE, constraint, why);
    }
}
