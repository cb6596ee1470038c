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
import org.cloister.importer.Importer;

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

    /** What keeps {@code importer} from using any buffer of a heap; the gravest first. */
    static List<Obstacle> obstacles(Importer importer, Access access, UseCase useCase, HeapAttributes heap) {
        var found = new ArrayList<Obstacle>();
        Constraints wants = importer.constraints();
        restriction(wants, useCase, heap, found);
        Access granted = heap.grantOf(importer.initiator());
        if (!granted.allows(access)) {
            found.add(new Obstacle(HeapError.UNREACHABLE, "rights", "initiator " + importer.initiator() + " needs "
                    + access + " and is granted " + granted));
        }
        if (heap.addressBits() > wants.addressBits()) {
            found.add(new Obstacle(HeapError.UNREACHABLE, "address-width", "the device drives " + wants.addressBits()
                    + " address bits and the heap has addresses of " + heap.addressBits()));
        }
        if (wants.alignment() > heap.granularity() && !heap.contiguous()) {
            found.add(new Obstacle(HeapError.UNREACHABLE, "alignment", "segments have to start at multiples of "
                    + wants.alignment() + " and the heap promises multiples of " + heap.granularity()));
        }
        if (wants.contiguous() && !heap.contiguous()) {
            found.add(new Obstacle(HeapError.UNREACHABLE, "contiguity",
                    "the device needs one physical range and the heap gives several"));
        }
        return found;
    }

    private static void restriction(
            Constraints wants, UseCase useCase, HeapAttributes heap, List<Obstacle> found) {
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
    }

    /** What keeps {@code importer} from using this very buffer, beyond the above. */
    static List<Obstacle> obstacles(Importer importer, PoolBuffer memory) {
        var found = new ArrayList<Obstacle>();
        Constraints wants = importer.constraints();
        int segments = memory.segments();
        if (wants.contiguous() && segments > 1) {
            found.add(new Obstacle(HeapError.UNREACHABLE, "contiguity",
                    "the device needs one physical range and the buffer has " + segments));
        } else if (segments > wants.maxSegments()) {
            found.add(new Obstacle(HeapError.UNREACHABLE, "segments", "the device takes " + wants.maxSegments()
                    + " segments and the buffer has " + segments));
        }
        for (int i = 0; i < segments; i++) {
            long address = memory.address(i);
            long length = memory.length(i);
            if (wants.addressBits() < 64 && address + length - 1 >>> wants.addressBits() != 0) {
                found.add(new Obstacle(HeapError.UNREACHABLE, "address-width", "the device drives "
                        + wants.addressBits() + " address bits and the buffer reaches 0x"
                        + Long.toHexString(address + length - 1)));
            }
            if ((address & wants.alignment() - 1) != 0) {
                found.add(new Obstacle(HeapError.UNREACHABLE, "alignment", "the device wants multiples of 0x"
                        + Long.toHexString(wants.alignment()) + " and a segment starts at 0x"
                        + Long.toHexString(address)));
            }
            if (length > wants.maxSegmentSize()) {
                found.add(new Obstacle(HeapError.UNREACHABLE, "segment-size", "the device takes segments of "
                        + wants.maxSegmentSize() + " bytes and one has " + length));
            }
        }
        return found;
    }
}
