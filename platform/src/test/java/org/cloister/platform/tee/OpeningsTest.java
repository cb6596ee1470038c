// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.tee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.junit.jupiter.api.Test;

class OpeningsTest {
    private final Openings openings = new Openings("TEE lab");
    private final List<Object> closed = new ArrayList<>();

    private final class Session implements TeeSession {
        @Override
        public UUID application() {
            return new UUID(1, 2);
        }

        @Override
        public TeeResult invoke(int command, TeeOperation operation) {
            throw new AssertionError("nobody calls");
        }

        @Override
        public void close() {
            closed.add(this);
        }
    }

    private final class Memory implements SharedMemory {
        @Override
        public long size() {
            return 1;
        }

        @Override
        public Direction direction() {
            return Direction.INOUT;
        }

        @Override
        public Optional<MemorySegment> segment() {
            return Optional.empty();
        }

        @Override
        public void close() {
            closed.add(this);
        }
    }

    private static void refused(ThrowingCallable action) {
        assertThatThrownBy(action).isInstanceOfSatisfying(HeapException.class, e -> {
            assertThat(e.error()).isEqualTo(HeapError.CLOSED);
            assertThat(e.what()).isEqualTo("open a session");
            assertThat(e.which()).isEqualTo("TEE lab");
        });
    }

    @Test
    void whatIsLeftOpenIsClosedSessionsFirst() {
        openings.requireOpen("open a session");
        SharedMemory memory = openings.keep("share memory", new Memory());
        TeeSession first = openings.keep("open a session", new Session());
        TeeSession second = openings.keep("open a session", new Session());
        openings.close();
        assertThat(closed).hasSize(3).contains(first, second);
        assertThat(closed.getLast()).isSameAs(memory);
    }

    @Test
    void closingTwiceClosesNothingTwice() {
        openings.keep("share memory", new Memory());
        openings.keep("open a session", new Session());
        openings.close();
        openings.close();
        assertThat(closed).hasSize(2);
    }

    @Test
    void whatWasForgottenIsNotClosed() {
        TeeSession session = openings.keep("open a session", new Session());
        SharedMemory memory = openings.keep("share memory", new Memory());
        openings.forget(session);
        openings.forget(memory);
        openings.close();
        assertThat(closed).isEmpty();
    }

    @Test
    void whatIsNotKeptIsForgottenAllTheSame() {
        SharedMemory kept = openings.keep("share memory", new Memory());
        openings.forget(new Memory());
        openings.forget(new Session());
        openings.close();
        assertThat(closed).containsExactly(kept);
    }

    @Test
    void nothingIsOpenedOnceClosed() {
        openings.close();
        refused(() -> openings.requireOpen("open a session"));
    }

    @Test
    void aSessionThatCameTooLateIsClosed() {
        openings.close();
        var late = new Session();
        refused(() -> openings.keep("open a session", late));
        assertThat(closed).containsExactly(late);
    }

    @Test
    void memoryThatCameTooLateIsClosed() {
        openings.close();
        var late = new Memory();
        refused(() -> openings.keep("open a session", late));
        assertThat(closed).containsExactly(late);
    }
}
