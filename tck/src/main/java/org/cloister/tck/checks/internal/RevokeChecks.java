// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapState;
import org.cloister.importer.Attachment;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Device;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.HeapBench;
import org.cloister.tck.internal.Laboratory;
import org.cloister.tee.Direction;

/** The backend leaves, and its buffers are taken away at a deadline; core is configured so. */
@Category("drain and revoke")
final class RevokeChecks {
    private static final String FREE_LATE = "Let free() and destroy() work after the component was deactivated: core "
            + "calls them at the deadline.";

    private static DmaBuf revoked(HeapBench bench, DmaBuf buffer) {
        bench.stopBackend();
        Laboratory.eventually("a buffer is not revoked at the deadline",
                () -> buffer.state() == BufferState.REVOKED);
        return buffer;
    }

    @Check(clause = "At the deadline live buffers are revoked, and every use says so.", remedy = FREE_LATE)
    void buffersAreRevoked(HeapBench bench) {
        DmaBuf buffer = revoked(bench, bench.obtain(bench.modest()));
        Expect.refusal("a write to a revoked buffer", () -> buffer.write(0, MemorySegment.ofArray(new byte[8])),
                HeapError.REVOKED);
    }

    @Check(clause = "When all buffers are revoked the pool is destroyed.", remedy = FREE_LATE)
    void thePoolGoesWithItsBuffers(HeapBench bench) {
        revoked(bench, bench.obtain(bench.modest()));
        Laboratory.eventually("the pool is not destroyed after its buffers were revoked",
                () -> bench.served().state() == HeapState.UNAVAILABLE);
    }

    @Check(clause = "Devices are told of a revocation, and their mappings end.", remedy = FREE_LATE)
    void devicesAreTold(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        bench.requireAddresses(buffer);
        Device device = bench.device();
        Attachment attachment = bench.keep(bench.importers().attach(buffer, device, device.access()));
        Mapping mapping = bench.keep(attachment.map(device.access(), Duration.ZERO));
        revoked(bench, buffer);
        Laboratory.eventually("the device was told " + device.heard(),
                () -> device.heard().equals(List.of(Invalidation.REVOKED)));
        Laboratory.eventually("the mapping is still valid", () -> !mapping.isValid());
    }

    @Check(clause = "A revoked buffer can be closed.", remedy = FREE_LATE)
    void aRevokedBufferIsClosed(HeapBench bench) {
        DmaBuf buffer = revoked(bench, bench.obtain(bench.modest()));
        Expect.works("closing a revoked buffer", buffer::close);
    }

    @Check(clause = "A backend that comes back has all the memory of what was revoked.", remedy = FREE_LATE)
    void revokedMemoryComesBack(HeapBench bench) {
        long before = bench.usage().free().orElse(0);
        revoked(bench, bench.obtain(bench.modest()));
        bench.startBackend();
        bench.awaitTurn();
        Laboratory.eventually("memory of revoked buffers is not free again",
                () -> bench.usage().free().orElse(0) >= before);
        bench.obtain(bench.modest());
    }

    @Check(clause = "The CPU does not find what was in a buffer that was revoked.",
            remedy = "Scrub in free(), on the secure side, or keep memory protected when it goes back.")
    void nothingIsFoundAfterARevocation(HeapBench bench) {
        MemoryObserver observer = bench.observer();
        if (!bench.attributes().restricted() || !bench.attributes().cpuAccess().writes()) {
            throw Expect.skip("the CPU cannot put a secret there, or may read it");
        }
        DmaBuf buffer = bench.obtain(bench.modest());
        bench.requireAddresses(buffer);
        Device device = bench.device();
        byte[] secret = Eyes.secret(61);
        buffer.write(0, MemorySegment.ofArray(secret));
        long address;
        try (Attachment attachment = bench.importers().attach(buffer, device, device.access());
                Mapping mapping = attachment.map(device.access(), Duration.ZERO)) {
            var segments = mapping.cursor();
            segments.next();
            address = segments.address();
        }
        revoked(bench, buffer);
        byte[] found = new byte[secret.length];
        boolean read = observer.read(MemoryObserver.CPU, address, MemorySegment.ofArray(found));
        Expect.that(!read || MemorySegment.ofArray(found).mismatch(MemorySegment.ofArray(secret)) != -1,
                "the CPU read it");
    }

    @Check(clause = "A registration with the trusted OS ends with the buffer.",
            remedy = "Close the registration in BorrowedBuffer.onRevoke.")
    void registrationsEnd(HeapBench bench) {
        if (!bench.declares("tee")) {
            throw Expect.skip("the backend does not declare tee=true");
        }
        DmaBuf buffer = bench.obtain(bench.modest());
        bench.keep(bench.tee().register(buffer, Direction.INPUT));
        revoked(bench, buffer);
        Laboratory.eventually("the pool stays, as a registration holds a revoked buffer",
                () -> bench.served().state() == HeapState.UNAVAILABLE);
    }
}
