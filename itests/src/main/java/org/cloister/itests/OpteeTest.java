// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapListener;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;

/** OP-TEE inside the framework, with core, backend and emulated firmware as they are shipped. */
class OpteeTest {
    private static final String VIDEO = "protected,secure-video";
    private static final long SECRET = 0x5ec4_e75e_c4e7_5ec4L;

    private final Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
    private final Importers importers = Framework.service(FrameworkUtil.getBundle(getClass()), Importers.class);
    private final Decoder decoder = new Decoder();

    private record Decoder() implements Importer {
        @Override
        public String name() {
            return "test decoder";
        }

        @Override
        public String initiator() {
            return "video-decoder";
        }

        @Override
        public Constraints constraints() {
            return Constraints.builder().access(Access.READ_WRITE)
                    .restriction(Constraints.Restriction.REQUIRED).useCases(Set.of(UseCase.SECURE_VIDEO)).build();
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {}
    }

    @AfterEach
    void switchOff() throws IOException {
        Boards.off();
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment = importers.attach(buffer, decoder, Access.READ_WRITE);
                Mapping mapping = attachment.map(Access.READ_WRITE, Duration.ZERO)) {
            SegmentCursor segments = mapping.cursor();
            assertThat(segments.next()).isTrue();
            return segments.address();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "virt-optee        | 7 | does not say how memory is lent for it: it answered BAD_PARAMETERS",
        "virt-optee-smc    | 7 | does not say how memory is lent for it: it answered BAD_PARAMETERS",
        "virt-optee-static |   | the static area serves secure-video, and use cases never share a firewall region",
    })
    void heapsAppearByNameOrSayWhyNot(String board, Integer regions, String why) throws Exception {
        Soc soc = Boards.on(board);
        Heap video = heaps.await(VIDEO, Framework.PATIENCE);
        assertThat(video.state()).isEqualTo(HeapState.AVAILABLE);
        assertThat(video.backend()).isEqualTo("optee");
        assertThat(video.attributes().cpuAccess()).isEqualTo(Access.NONE);
        assertThat(video.attributes().grantOf("display")).isEqualTo(Access.READ);
        for (String other : List.of("protected,trusted-ui", "protected,secure-video-record")) {
            assertThat(heaps.find(other).filter(heap -> heap.state() == HeapState.AVAILABLE)).as(other).isEmpty();
            assertThat(heaps.explain(other).toString()).contains(why);
        }
        if (regions != null) {
            assertThat(soc.firewall().budget().left()).as("what the tree says").isEqualTo(regions);
            assertThat(video.usage().regionsUsed()).hasValue(0);
            try (DmaBuf _ = video.allocate(4096)) {
                assertThat(soc.firewall().budget().left()).isEqualTo(regions - 1);
                assertThat(video.usage().regionsUsed()).hasValue(1);
                assertThat(video.usage().regionsLeft()).hasValue(regions - 1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"virt-optee", "virt-optee-smc", "virt-optee-static"})
    void buffersStayClosedWhileTheBackendIsAwayAndItComesBack(String board) throws Exception {
        Soc soc = Boards.on(board);
        Heap video = heaps.await(VIDEO, Framework.PATIENCE);
        Bundle backend = Framework.bundle("org.cloister.backend.optee");
        long address;
        try (DmaBuf left = video.allocate(4096)) {
            address = address(left);
            soc.memory("video-decoder").writeLong(address, SECRET);
            backend.stop();
            try {
                assertThat(video.state()).isEqualTo(HeapState.DRAINING);
                assertThat(soc.memory("video-decoder").readLong(address)).isEqualTo(SECRET);
                assertThatExceptionOfType(BusFault.class).isThrownBy(() -> soc.memory("cpu").readLong(address));
                assertThat(Framework.context().getServiceReference(Tee.class)).isNull();
            } finally {
                backend.start();
            }
        }
        Framework.eventually("the heap is back", () -> video.state() == HeapState.AVAILABLE);
        try (DmaBuf again = video.allocate(4096)) {
            assertThatExceptionOfType(BusFault.class).isThrownBy(() -> soc.memory("cpu").readLong(address(again)));
        }
        assertNothingSeen(soc, address);
    }

    @Test
    void sessionsBelongToTheBundleThatOpenedThem() throws Exception {
        Boards.on("virt-optee");
        Heap video = heaps.await(VIDEO, Framework.PATIENCE);
        Bundle other = Framework.emptyBundle("org.cloister.itests.tee-client");
        try (DmaBuf buffer = video.allocate(4096);
                TeeSession own = Framework.service(FrameworkUtil.getBundle(getClass()), Tee.class)
                        .open(ContentSample.APPLICATION, Login.PUBLIC)) {
            Tee theirs = Framework.service(other, Tee.class);
            TeeSession session = theirs.open(ContentSample.APPLICATION, Login.PUBLIC);
            byte[] id = new byte[ContentSample.KEY_SIZE];
            assertThat(session.invoke(ContentSample.SET_KEY, bytes(id), bytes(new byte[16])).code())
                    .isEqualTo(TeeCode.SUCCESS);
            MemorySegment sample = MemorySegment.ofArray(new byte[(int) ContentSample.size(0)]);
            ContentSample.write(sample, 0, new UUID(0, 0), 0, 0, 0);
            try (var out = theirs.register(buffer, Direction.OUTPUT)) {
                assertThat(session.invoke(ContentSample.DECRYPT, new Param.Temporary(sample, Direction.INPUT),
                        bytes(new byte[64]), new Param.Memory(out, 0, 64, Direction.OUTPUT)).code())
                        .isEqualTo(TeeCode.SUCCESS);
            }
            assertThat(own.invoke(ContentSample.REMOVE_KEY, bytes(id)).code())
                    .as("keys of another session").isEqualTo(TeeCode.ITEM_NOT_FOUND);
            other.stop();
            assertThatExceptionOfType(HeapException.class)
                    .isThrownBy(() -> session.invoke(ContentSample.REMOVE_KEY, bytes(id)))
                    .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
            assertThat(own.invoke(ContentSample.REMOVE_KEY, bytes(id)).code()).isEqualTo(TeeCode.ITEM_NOT_FOUND);
        } finally {
            other.uninstall();
        }
    }

    private static Param bytes(byte[] bytes) {
        return new Param.Temporary(MemorySegment.ofArray(bytes), Direction.INPUT);
    }

    @Test
    void promisesHoldWhileLendingIsSabotagedAtEveryStep() throws Exception {
        Configuration backend = Framework.configuration("org.cloister.backend.optee");
        backend.update(Framework.properties(Map.of("idle.chunks", 0, "largest.chunk.bytes", 1L << 20)));
        Soc soc = Boards.on("virt-optee");
        var saboteur = new Saboteur(Framework.service(SmcConduit.class, null));
        ServiceRegistration<SmcConduit> between = Framework.context().registerService(SmcConduit.class, saboteur,
                Framework.properties(Map.of(SmcConduit.METHOD, "smc", Constants.SERVICE_RANKING, 1000)));
        List<HeapEvent.Quarantined> lost = new CopyOnWriteArrayList<>();
        ServiceRegistration<HeapListener> listener = Framework.context().registerService(HeapListener.class, event -> {
            if (event instanceof HeapEvent.Quarantined quarantined) {
                lost.add(quarantined);
            }
        }, null);
        try {
            Heap video = heaps.await(VIDEO, Framework.PATIENCE);
            saboteur.arm(true);
            var live = new ConcurrentSkipListMap<Long, Long>();
            List<CompletableFuture<Void>> users = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int seed = i;
                users.add(CompletableFuture.runAsync(() -> use(soc, video, live, lost, new SplittableRandom(seed)),
                        task -> Thread.ofPlatform().start(task)));
            }
            users.forEach(CompletableFuture::join);
            saboteur.arm(false);
            for (int step = 0; step < Saboteur.STEPS.size(); step++) {
                assertThat(saboteur.refused(step)).as(Saboteur.STEPS.get(step)).isPositive();
            }
            assertThat(video.usage().buffers()).isZero();
            assertThat(video.usage().quarantined()).isEqualTo(
                    lost.stream().mapToLong(HeapEvent.Quarantined::size).sum());
            assertThat(lost).as("quarantine is told").isNotEmpty();
            assertThat(lost).extracting(HeapEvent.Quarantined::base).doesNotHaveDuplicates();
            try (DmaBuf healed = video.allocate(4096)) {
                assertThat(quarantinedAt(lost, address(healed))).isFalse();
            }
        } finally {
            saboteur.arm(false);
            listener.unregister();
            between.unregister();
            Framework.remove(backend);
        }
    }

    private void use(Soc soc, Heap heap, ConcurrentSkipListMap<Long, Long> live, List<HeapEvent.Quarantined> lost,
            SplittableRandom random) {
        Set<HeapError> known = new HashSet<>();
        for (int i = 0; i < 150; i++) {
            try {
                assertNothingSeen(soc, useOnce(soc, heap, live, lost, random));
            } catch (HeapException refused) {
                known.add(refused.error());
                assertThat(refused.remedy()).isNotEmpty();
            }
        }
        assertThat(known).isSubsetOf(HeapError.FIRMWARE_REFUSED, HeapError.NO_MEMORY, HeapError.NO_REGION,
                HeapError.BUSY, HeapError.PROTOCOL, HeapError.NOT_PERMITTED);
    }

    /** Where it left a secret, in memory that has gone back. */
    private long useOnce(Soc soc, Heap heap, ConcurrentSkipListMap<Long, Long> live, List<HeapEvent.Quarantined> lost,
            SplittableRandom random) {
        try (DmaBuf buffer = heap.allocate(4096L * random.nextInt(1, 200))) {
            long base = address(buffer);
            assertThat(quarantinedAt(lost, base)).as("quarantined memory is never handed out").isFalse();
            claim(live, base, buffer.size());
            long at = base + random.nextLong(buffer.size() / Long.BYTES) * Long.BYTES;
            soc.memory("video-decoder").writeLong(at, SECRET);
            for (String thief : List.of("cpu", "eth-dma")) {
                assertThatExceptionOfType(BusFault.class).as("default deny").isThrownBy(
                        () -> soc.memory(thief).readLong(at));
            }
            live.remove(base);
            return at;
        }
    }

    private static void claim(ConcurrentSkipListMap<Long, Long> live, long base, long size) {
        live.put(base, base + size);
        var before = live.lowerEntry(base);
        var after = live.higherKey(base);
        assertThat(before == null || before.getValue() <= base).as("no page is in two buffers").isTrue();
        assertThat(after == null || after >= base + size).as("no page is in two buffers").isTrue();
    }

    private static boolean quarantinedAt(List<HeapEvent.Quarantined> lost, long address) {
        return lost.stream().anyMatch(range -> address >= range.base() && address < range.base() + range.size());
    }

    /** What the CPU can read of memory that went back was scrubbed. */
    private static void assertNothingSeen(Soc soc, long address) {
        try {
            assertThat(soc.memory("cpu").readLong(address)).as("the secret is gone").isNotEqualTo(SECRET);
        } catch (BusFault closed) {
            assertThat(closed.address()).isEqualTo(address);
        }
    }
}
