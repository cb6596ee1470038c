// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.driver.panthor.internal.GpuBoard.NORMAL;
import static org.cloister.driver.panthor.internal.GpuBoard.VIDEO;
import static org.cloister.driver.panthor.internal.Work.BYTES;
import static org.cloister.driver.panthor.internal.Work.CLOSED;
import static org.cloister.driver.panthor.internal.Work.COMPOSED;
import static org.cloister.driver.panthor.internal.Work.OPEN;
import static org.cloister.driver.panthor.internal.Work.PICTURE;
import static org.cloister.driver.panthor.internal.Work.succeed;
import static org.cloister.driver.panthor.internal.Work.whole;

import java.util.List;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Reservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work that needs memory which is being moved waits and is not lost, and nobody else waits with it. */
@Timeout(180)
class MovedMemoryTest {
    private final GpuBoard board = new GpuBoard().booted().serveVideo();
    private final Fence move = new Fence("a move of the test");

    @AfterEach
    void off() {
        board.close();
    }

    @Test
    void protectedModeWaitsForWhatItTakes() {
        try (GpuGroup secret = board.driver().createGroup(CLOSED);
                GpuGroup open = board.driver().createGroup(OPEN)) {
            List<Reservation> taken = board.core().reservations(VIDEO);
            assertThat(taken).as("firmware and suspend buffer").hasSizeGreaterThan(1);
            taken.forEach(reservation -> reservation.add(move, Fence.Usage.KERNEL));
            try (DmaBuf source = board.buffer(VIDEO, PICTURE);
                    DmaBuf target = board.buffer(VIDEO, BYTES)) {
                Fence done = secret.compose(whole(source, target));
                normalWorkIsDone(open);
                assertThat(done.isSignalled()).isFalse();
                assertThat(board.gpu().protectedEntries()).isZero();
                move.signal();
                board.untilSignalled(done);
                succeed(done);
                assertThat(board.look(target, true, BYTES)).isEqualTo(COMPOSED);
            }
        }
    }

    @Test
    void aCompositionWaitsForItsBuffers() {
        try (GpuGroup moved = board.driver().createGroup(OPEN);
                GpuGroup open = board.driver().createGroup(OPEN);
                DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(NORMAL, BYTES)) {
            target.reservation().add(move, Fence.Usage.KERNEL);
            Fence done = moved.compose(whole(source, target));
            normalWorkIsDone(open);
            assertThat(done.isSignalled()).isFalse();
            move.signal();
            succeed(done);
            assertThat(board.look(target, false, BYTES)).isEqualTo(COMPOSED);
        }
    }

    private void normalWorkIsDone(GpuGroup group) {
        try (DmaBuf source = board.buffer(NORMAL, PICTURE);
                DmaBuf target = board.buffer(NORMAL, BYTES)) {
            succeed(group.compose(whole(source, target)));
        }
    }
}
