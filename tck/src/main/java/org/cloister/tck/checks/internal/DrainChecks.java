// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Device;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.HeapBench;
import org.cloister.tck.internal.Laboratory;
import org.cloister.tck.internal.Span;
import org.osgi.framework.wiring.BundleWiring;

/** The backend's bundle stops and starts while its buffers are in use. */
@Category("stop and start with live buffers")
final class DrainChecks {
    private static final String OUTLIVE = "A pool works until destroy(): let it keep what it needs itself, and close "
            + "nothing of it when the component is deactivated.";

    private static List<Span> place(HeapBench bench, DmaBuf buffer) {
        bench.requireAddresses(buffer);
        Device device = bench.device();
        List<Span> spans = new ArrayList<>();
        try (Attachment attachment = bench.importers().attach(buffer, device, device.access());
                Mapping mapping = attachment.map(device.access(), Duration.ZERO)) {
            for (SegmentCursor segments = mapping.cursor(); segments.next();) {
                spans.add(new Span(segments.address(), segments.length()));
            }
        }
        return spans;
    }

    @Check(clause = "A backend stops within five seconds.",
            remedy = "Interrupt and join your threads in @Deactivate; wait for no firmware without a limit.")
    void aBackendStopsSoon(HeapBench bench) {
        long started = System.nanoTime();
        bench.stopBackend();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        bench.startBackend();
        Expect.that(took < 5_000, "it took %d ms", took);
    }

    @Check(clause = "When the backend stops its live buffers stay live, and the heap drains.", remedy = OUTLIVE)
    void liveBuffersSurvive(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        bench.stopBackend();
        Expect.that(bench.served().state() == HeapState.DRAINING, "the heap is %s", bench.served().state());
        Expect.that(buffer.state() == BufferState.LIVE, "a buffer is %s", buffer.state());
    }

    @Check(clause = "A draining heap takes no allocation.",
            remedy = "Leave it to core; do not register the service again by yourself while stopping.")
    void aDrainingHeapAllocatesNothing(HeapBench bench) {
        bench.obtain(bench.modest());
        bench.stopBackend();
        Expect.refusal("an allocation while the heap drains", () -> bench.take(1), HeapError.DRAINING);
    }

    @Check(clause = "A live buffer can be attached and mapped while its backend is gone.", remedy = OUTLIVE)
    void liveBuffersAreMappedWhileTheBackendIsGone(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        List<Span> before = place(bench, buffer);
        bench.stopBackend();
        Expect.works("attaching and mapping", () -> {
            List<Span> now = place(bench, buffer);
            Expect.that(before.equals(now), "it was at %s and is at %s", before, now);
        });
    }

    @Check(clause = "The CPU writes live buffers as before while their backend is gone.", remedy = OUTLIVE)
    void liveBuffersAreWrittenWhileTheBackendIsGone(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        MemorySegment bytes = MemorySegment.ofArray(new byte[64]);
        bench.stopBackend();
        if (bench.attributes().cpuAccess().writes()) {
            Expect.works("a write by the CPU", () -> buffer.write(0, bytes));
        } else {
            bench.absent("a write by the CPU", HeapError.CPU_ACCESS_DENIED, () -> buffer.write(0, bytes));
        }
    }

    @Check(clause = "The last buffer of a stopped backend can be closed, and the heap is unavailable then.",
            remedy = OUTLIVE)
    void theLastBufferIsClosed(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        bench.stopBackend();
        Expect.works("closing the last buffer", buffer::close);
        Laboratory.eventually("the heap does not become unavailable after its last buffer was closed: its pool was not "
                + "destroyed", () -> bench.served().state() == HeapState.UNAVAILABLE);
        Expect.refusal("an allocation then", () -> bench.take(1), HeapError.UNAVAILABLE);
    }

    @Check(clause = "A heap without live buffers is unavailable at once when its backend stops.",
            remedy = "Let destroy() return when no buffer is live.")
    void anIdleHeapGoesAtOnce(HeapBench bench) {
        bench.take(bench.modest()).close();
        bench.stopBackend();
        Laboratory.eventually("an idle heap drains", () -> bench.served().state() == HeapState.UNAVAILABLE);
    }

    @Check(clause = "A backend that starts again serves the heap again, under the same object.",
            remedy = "Acquire in the constructor what @Deactivate released; offer again what was offered.")
    void aBackendComesBack(HeapBench bench) {
        bench.take(bench.modest()).close();
        bench.stopBackend();
        bench.startBackend();
        bench.awaitTurn();
        Expect.that(bench.heaps().find(bench.heap()).filter(heap -> heap == bench.served()).isPresent(),
                "another heap has the name");
        bench.obtain(bench.modest());
    }

    @Check(clause = "Each time that a backend comes back its buffers have a later generation.",
            remedy = "Register the service anew on each start, as Declarative Services do.")
    void generationsCount(HeapBench bench) {
        DmaBuf first = bench.obtain(bench.modest());
        long before = first.record().generation();
        first.close();
        bench.stopBackend();
        bench.startBackend();
        bench.awaitTurn();
        long after = bench.obtain(bench.modest()).record().generation();
        Expect.that(after > before, "the generation was %d and is %d", before, after);
    }

    @Check(clause = "A backend that comes back hands out no memory that its former buffers still have; it may refuse "
            + "with BUSY until they are closed.",
            remedy = "Keep the books where they outlive the component, as org.cloister.pool.StaticRanges does.")
    void formerBuffersKeepTheirMemory(HeapBench bench) {
        List<Span> former = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            former.addAll(place(bench, bench.obtain(bench.modest())));
        }
        bench.stopBackend();
        bench.startBackend();
        for (int i = 0; i < 8; i++) {
            for (Span span : place(bench, takeUnlessBusy(bench))) {
                Expect.that(former.stream().noneMatch(span::overlaps), "%s is in use by a buffer of before", span);
            }
        }
    }

    private static DmaBuf takeUnlessBusy(HeapBench bench) {
        try {
            return bench.take(bench.modest());
        } catch (HeapException e) {
            if (e.error() == HeapError.BUSY) {
                throw Expect.skip("it serves one life at a time: %s", e.getMessage());
            }
            throw e;
        }
    }

    @Check(clause = "Buffers of before can be closed after the backend came back.",
            remedy = "Free into the books that the buffer was taken from.")
    void formerBuffersAreClosed(HeapBench bench) {
        long before = bench.usage().free().orElse(0);
        DmaBuf former = bench.obtain(bench.modest());
        bench.stopBackend();
        bench.startBackend();
        Expect.works("closing a buffer of before", former::close);
        Laboratory.eventually("its memory is not free again", () -> bench.usage().free().orElse(0) >= before);
        Expect.that(bench.served().backend().equals(bench.id()), "the heap is served by \"%s\"",
                bench.served().backend());
    }

    @Check(clause = "Stopping and starting five times leaves all of the heap's memory.",
            remedy = "Look for what each life leaves: reservations, sessions, regions, idle chunks.")
    void fiveLivesLoseNothing(HeapBench bench) {
        long before = bench.usage().free().orElse(0);
        for (int i = 0; i < 5; i++) {
            bench.take(bench.modest()).close();
            bench.stopBackend();
            bench.startBackend();
            bench.awaitTurn();
        }
        // A former life may keep something idle for a moment; what it keeps for good is lost.
        Laboratory.eventually("of %d bytes that were free, some are not".formatted(before),
                () -> bench.usage().free().orElse(0) >= before);
    }

    @Check(clause = "A backend that stopped leaves no thread behind.",
            remedy = "Interrupt your threads in @Deactivate, and join them; close executors.")
    void noThreadStays(HeapBench bench) {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        bench.stopBackend();
        bench.startBackend();
        bench.awaitTurn();
        bench.take(bench.modest()).close();
        Set<Thread> during = new HashSet<>(Thread.getAllStackTraces().keySet());
        during.removeAll(before);
        bench.stopBackend();
        ClassLoader own = loader(bench);
        Laboratory.eventually("threads of the backend still run: " + names(during, own),
                () -> during.stream().filter(thread -> belongs(thread, own)).noneMatch(Thread::isAlive));
    }

    private static ClassLoader loader(HeapBench bench) {
        return bench.bundle().adapt(BundleWiring.class).getClassLoader();
    }

    private static boolean belongs(Thread thread, ClassLoader loader) {
        return thread.getClass().getClassLoader() == loader || thread.getContextClassLoader() == loader;
    }

    private static String names(Set<Thread> threads, ClassLoader loader) {
        return threads.stream().filter(thread -> belongs(thread, loader)).map(Thread::getName)
                .collect(Collectors.joining(", "));
    }

    @Check(clause = "A live buffer stays closed to the CPU while its backend is gone.",
            remedy = "Leave protection on until destroy(): a stopped component protects nothing.")
    void liveBuffersStayClosed(HeapBench bench) {
        MemoryObserver observer = bench.observer();
        if (bench.attributes().enforcement() != Enforcement.FIREWALL) {
            throw Expect.skip("no firewall keeps this memory");
        }
        List<Span> place = place(bench, bench.obtain(bench.modest()));
        bench.stopBackend();
        Expect.that(!observer.read(MemoryObserver.CPU, place.getFirst().base(), MemorySegment.ofArray(new byte[8])),
                "the CPU read a live buffer of a stopped backend");
    }

    @Check(clause = "What is in a live buffer is still there while its backend is gone, for those who may read it.",
            remedy = "Take nothing back before free(): a stopped component frees nothing.")
    void contentSurvives(HeapBench bench) {
        MemoryObserver observer = bench.observer();
        var grants = bench.attributes().grants().orElseThrow(
                () -> Expect.skip("the heap does not know who is granted what"));
        String user = grants.entrySet().stream().filter(grant -> grant.getValue() == Access.READ_WRITE
                && observer.initiators().contains(grant.getKey())).map(Map.Entry::getKey).sorted().findFirst()
                .orElseThrow(() -> Expect.skip("the observer knows no bus master that may read and write"));
        long address = place(bench, bench.obtain(bench.modest())).getFirst().base();
        byte[] wanted = Eyes.secret(51);
        observer.write(user, address, MemorySegment.ofArray(wanted));
        bench.stopBackend();
        byte[] found = new byte[wanted.length];
        Expect.that(observer.read(user, address, MemorySegment.ofArray(found)) && Arrays.equals(found, wanted),
                "%s finds %s", user, Eyes.hex(found));
    }
}
