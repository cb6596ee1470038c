// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.platform.driver.Patience;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A listener may take its time: the session goes on, so that core never waits for a listener. */
class SlowListenerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final TestBoard board = new TestBoard().serveVideo();
    private final CodecDriverComponent driver = new CodecDriverComponent(board.decoder(), board.firmware(),
            board.core().heaps("driver"), board.core().importers("driver"), TestBoard.VIDEO, Patience.of(DEADLINE));
    private final Heap heap = board.core().heaps("client").find(TestBoard.VIDEO).orElseThrow();
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void switchOff() {
        goOn.countDown();
        driver.closeAll();
        board.close();
    }

    @Test
    void memoryForPicturesIsProvidedWhileTheListenerHearsOfTheirFormat() throws Exception {
        DecodeSettings settings = new DecodeSettings(CodecDriverTest.STREAM, Protection.PROTECTED, Optional.empty(), 2);
        try (DecodeSession session = driver.open(settings, this::hear)) {
            decode(session);
            assertThat(told.await(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)).isTrue();
            long end = System.nanoTime() + DEADLINE.toNanos();
            while (heap.usage().buffers() < CodecDriverTest.BUFFERS) {
                assertThat(System.nanoTime()).as("the session waits for its listener").isLessThan(end);
                Thread.onSpinWait();
            }
            assertThat(goOn.getCount()).isOne();
            goOn.countDown();
        }
    }

    private void hear(DecodeEvent event) {
        if (event instanceof DecodeEvent.FormatChanged) {
            told.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void decode(DecodeSession session) {
        byte[] unit = CodecDriverTest.accessUnits("small").getFirst();
        try (DmaBuf buffer = heap.allocate(unit.length)) {
            buffer.write(0, MemorySegment.ofArray(unit));
            session.decode(buffer, unit.length, 0);
        }
    }
}
