// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapError;
import org.cloister.heap.Negotiation;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Device;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.HeapBench;

/** Buffers in the hands of devices. */
@Category("devices")
final class DeviceChecks {
    private static final UseCase OTHER = new UseCase(65_001, "tck-other");

    private static Attachment attach(HeapBench bench, DmaBuf buffer, Device device) {
        return bench.keep(bench.importers().attach(buffer, device, device.access()));
    }

    private static Device like(HeapBench bench, Constraints.Builder constraints) {
        Device device = bench.device();
        return new Device(device.initiator(), constraints.access(device.access()).build());
    }

    private static DmaBuf buffer(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        bench.requireAddresses(buffer);
        return buffer;
    }

    @Check(clause = "A device that is granted access can attach a buffer and map it.",
            remedy = "Name in the grants the bus masters as drivers name them.")
    void aGrantedDeviceMaps(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        Device device = bench.device();
        Expect.works("attaching and mapping", () -> {
            try (Mapping mapping = attach(bench, buffer, device).map(device.access(), Duration.ZERO)) {
                Expect.that(mapping.isValid() && mapping.size() == buffer.size(), "%d bytes of %d are mapped",
                        mapping.size(), buffer.size());
            }
        });
    }

    @Check(clause = "The segments of a mapping cover the buffer, in order and without gaps in length.",
            remedy = "Return true segments from PoolBuffer: all pieces, with their lengths.")
    void segmentsCoverTheBuffer(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        Device device = bench.device();
        try (Mapping mapping = attach(bench, buffer, device).map(device.access(), Duration.ZERO)) {
            long sum = 0;
            int count = 0;
            for (SegmentCursor segments = mapping.cursor(); segments.next(); count++) {
                Expect.that(segments.length() > 0, "segment %d is empty", count);
                sum += segments.length();
            }
            Expect.that(sum == buffer.size(), "segments of %d bytes cover a buffer of %d", sum, buffer.size());
            Expect.that(count == 1 || !bench.attributes().contiguous(), "a contiguous heap gave %d segments", count);
        }
    }

    @Check(clause = "A device without a grant cannot attach.",
            remedy = "Leave out of the grants who may do nothing.")
    void aDeviceWithoutAGrantCannotAttach(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        if (bench.attributes().grants().isEmpty()) {
            throw Expect.skip("the heap does not know who is granted what");
        }
        Device stranger = new Device("tck-stranger", Constraints.builder().access(Access.READ).build());
        Expect.refusal("attaching for a bus master that nobody knows", () -> attach(bench, buffer, stranger),
                HeapError.UNREACHABLE);
    }

    @Check(clause = "A device that may only read cannot attach to write, and the other way about.",
            remedy = "Give in the grants what each may do, and no more.")
    void rightsAreNotExceeded(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        var grants = bench.attributes().grants().orElseThrow(
                () -> Expect.skip("the heap does not know who is granted what"));
        List<String> limited = grants.entrySet().stream().filter(grant -> grant.getValue() != Access.READ_WRITE)
                .map(Map.Entry::getKey).toList();
        if (limited.isEmpty()) {
            throw Expect.skip("everybody who is granted something may do everything");
        }
        limited.forEach(name -> Expect.refusal("attaching " + name + " to read and write",
                () -> attach(bench, buffer, new Device(name, Constraints.builder().build())), HeapError.UNREACHABLE));
    }

    @Check(clause = "A device that works with normal memory only is refused restricted memory, and one that needs "
            + "restricted memory is refused normal one.",
            remedy = "Set the enforcement to what really keeps the memory.")
    void restrictionIsRespected(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        Device wrong = like(bench, Constraints.builder().restriction(bench.attributes().restricted()
                ? Constraints.Restriction.REFUSED : Constraints.Restriction.REQUIRED));
        Expect.refusal("attaching a device that wants the opposite", () -> attach(bench, buffer, wrong),
                HeapError.NOT_PERMITTED);
    }

    @Check(clause = "A device for another use case is refused restricted memory.",
            remedy = "Offer the heap for the use case that its memory is kept for.")
    void useCasesAreRespected(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        if (!bench.attributes().restricted()) {
            throw Expect.skip("the memory is not restricted");
        }
        Expect.refusal("attaching a device for another use case",
                () -> attach(bench, buffer, like(bench, Constraints.builder().useCases(Set.of(OTHER)))),
                HeapError.NOT_PERMITTED);
    }

    @Check(clause = "A device that takes no encryption is refused encrypted memory, and takes other memory.",
            remedy = "Set the enforcement to ENCRYPTION where a key keeps the memory, and no firewall.")
    void encryptionIsTold(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        Device device = like(bench, Constraints.builder().encryptionAccepted(false));
        if (bench.attributes().enforcement() == Enforcement.ENCRYPTION) {
            Expect.refusal("attaching a device that wants a firewall", () -> attach(bench, buffer, device),
                    HeapError.NOT_PERMITTED);
        } else {
            Expect.works("attaching a device that wants no encryption", () -> attach(bench, buffer, device));
        }
    }

    @Check(clause = "A device that drives too few address bits is refused.",
            remedy = "Return physical addresses from PoolBuffer.address, and true addressBits.")
    void addressWidthIsRespected(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        Expect.refusal("attaching a device that drives 12 address bits",
                () -> attach(bench, buffer, like(bench, Constraints.builder().addressBits(12))), HeapError.UNREACHABLE);
    }

    @Check(clause = "A heap is negotiated for a device that can use it.",
            remedy = "Give true attributes: negotiation goes by them alone.")
    void aHeapIsNegotiated(HeapBench bench) {
        buffer(bench);
        Negotiation negotiation = bench.heaps().negotiate(bench.modest(), bench.offer().useCase(),
                List.of(bench.device()));
        Expect.that(negotiation.exclusions().stream().noneMatch(one -> one.heap().equals(bench.heap())),
                "it is excluded: %s", negotiation);
    }

    @Check(clause = "An attachment keeps a buffer alive that its owner closed.",
            remedy = "Free when core calls free(), and by nothing else.")
    void anAttachmentKeepsTheBuffer(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        Device device = bench.device();
        Attachment attachment = attach(bench, buffer, device);
        buffer.close();
        Expect.works("mapping what its owner closed", () -> attachment.map(device.access(), Duration.ZERO).close());
    }

    @Check(clause = "A buffer is where its segments say: a bus master that may read finds there what was written.",
            remedy = "Return from PoolBuffer.address the address at which the bus finds the memory.")
    void segmentsSayWhereTheBufferIs(HeapBench bench) {
        DmaBuf buffer = buffer(bench);
        var observer = bench.observer();
        var grants = bench.attributes().grants().orElseThrow(
                () -> Expect.skip("the heap does not know who is granted what"));
        Device device = bench.device();
        if (!bench.attributes().cpuAccess().writes() || !grants.getOrDefault(device.initiator(), Access.NONE).reads()
                || !observer.initiators().contains(device.initiator())) {
            throw Expect.skip("nobody both may write and can look");
        }
        byte[] wanted = Eyes.secret(41);
        buffer.write(0, MemorySegment.ofArray(wanted));
        try (Mapping mapping = attach(bench, buffer, device).map(device.access(), Duration.ZERO)) {
            SegmentCursor segments = mapping.cursor();
            segments.next();
            byte[] found = new byte[wanted.length];
            observer.read(device.initiator(), segments.address(), MemorySegment.ofArray(found));
            Expect.that(Arrays.equals(found, wanted), "%s finds %s there", device.initiator(),
                    Eyes.hex(found));
        }
    }
}
