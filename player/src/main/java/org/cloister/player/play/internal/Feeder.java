// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.probe.internal.Prober;
import org.cloister.player.probe.internal.Stage;

/**
 * Has bitstream decrypted into restricted memory, and gives it to the decoder. For one thread.
 */
final class Feeder {
    private static final int MOST_IN_FLIGHT = 4;

    private final Heap heap;
    private final Decryptions decryptions;
    private final CodecDriver codec;
    private final DecodeSession session;
    private final Prober prober;
    private final Swapper swapper;
    private final Duration patience;
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private final List<String> backends = new ArrayList<>();

    private record InFlight(long buffer, Fence read) {}

    Feeder(Heap heap, Decryptions decryptions, CodecDriver codec, DecodeSession session, Prober prober, Swapper swapper,
            Duration patience) {
        this.heap = heap;
        this.decryptions = decryptions;
        this.codec = codec;
        this.session = session;
        this.prober = prober;
        this.swapper = swapper;
        this.patience = patience;
    }

    /**
     * Gives a sample to the decoder, and wipes it if it is in clear text. Backends that are to take over by now do so
     * before.
     *
     * @param sample as the file has it
     */
    void feed(Sample sample) throws InterruptedException {
        swapper.reach(sample.time(), () -> attackDecoder(Stage.SWAPPING));
        if (inFlight.size() == MOST_IN_FLIGHT) {
            awaitOldest();
        }
        int length = sample.data().length;
        try (DmaBuf buffer = heap.allocate(AllocationRequest.of(length).named("bitstream"))) {
            served(buffer.record().backend());
            prober.learn(buffer, codec.bitstreamImporter(Protection.PROTECTED), Access.READ);
            prober.probe(Stage.ALLOCATED, buffer);
            prober.around(Stage.ALLOCATED, buffer.id());
            decrypt(sample, buffer);
            prober.probe(Stage.WRITTEN, buffer);
            Fence read = session.decode(buffer, length, sample.timestamp());
            inFlight.add(new InFlight(buffer.id(), read));
            prober.probe(Stage.DECODING, buffer);
            attackDecoder(Stage.DECODING);
        }
    }

    /** The decoder's firmware, and the memory that it works in. */
    private void attackDecoder(Stage stage) {
        session.internalBuffers().forEach(buffer -> prober.probeForeign(
                stage, buffer, codec.internalImporter(Protection.PROTECTED), Access.READ_WRITE));
    }

    /** Somebody attacks meanwhile. */
    private void decrypt(Sample sample, DmaBuf buffer) {
        CompletableFuture<Void> attack = CompletableFuture.runAsync(
                () -> prober.onTheBus(Stage.DECRYPTING, buffer.id()), command -> Thread.ofVirtual().start(command));
        try {
            decryptions.of(buffer).decrypt(sample, buffer);
        } finally {
            attack.join();
        }
    }

    private void awaitOldest() {
        InFlight oldest = inFlight.remove();
        if (oldest.read().await(patience.toNanos()) == 0) {
            throw new HeapException(HeapError.TIMED_OUT, "play", "heap " + heap.name(),
                    "the decoder did not take bitstream for %d s".formatted(patience.toSeconds()),
                    "see whether the heap has memory left for pictures");
        }
        prober.forget(oldest.buffer());
    }

    /** Waits until the decoder has read all. */
    void awaitAll() {
        while (!inFlight.isEmpty()) {
            awaitOldest();
        }
    }

    private void served(String backend) {
        if (backends.isEmpty() || !backends.getLast().equals(backend)) {
            backends.add(backend);
        }
    }

    /** Who served the buffers, in order. */
    List<String> backends() {
        return List.copyOf(backends);
    }
}
