// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.backend.optee.internal.BackendFixture.refused;

import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.SecureCopier;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Test;

/** Content gets to another backend's memory in the same OP-TEE by its trusted application, or not at all. */
class MoveTest {
    private static final long PAGE = 4096;
    private static final long SIZE = 5 * PAGE;
    private static final long CONTENT = 0x5EC2E7L;

    /** A pool of a backend, and those of another one over the same OP-TEE. */
    private static final class Scene implements AutoCloseable {
        final BackendFixture fixture = new BackendFixture(Kind.SMC);
        final OpteeBackend other = BackendFixture.backend(fixture.board, fixture.discovery, 0);
        final Pool pool = fixture.open(UseCase.SECURE_VIDEO);
        final SecureCopier copier = pool.copier().orElseThrow();
        final PoolBuffer from = pool.allocate(SIZE, PAGE);
        final PhysicalMemory decoder = fixture.board.soc().memory("video-decoder");

        Scene() {
            other.connected(fixture.host);
            for (long at = 0; at < SIZE; at += PAGE) {
                decoder.writeLong(from.address(0) + at, CONTENT + at);
            }
        }

        Pool target(UseCase useCase) {
            return other.open(fixture.offer(useCase));
        }

        void assertContent(PoolBuffer buffer) {
            for (long at = 0; at < SIZE; at += PAGE) {
                assertThat(decoder.readLong(buffer.address(0) + at)).isEqualTo(CONTENT + at);
            }
        }

        @Override
        public void close() {
            fixture.close();
        }
    }

    @Test
    void whatIsCopiedArrivesAndTheCpuSeesNoneOfIt() {
        try (var scene = new Scene()) {
            Pool target = scene.target(UseCase.SECURE_VIDEO);
            PoolBuffer to = target.allocate(SIZE, PAGE);
            assertThat(scene.pool.attributes().movable()).isTrue();
            assertThat(scene.copier.reaches(target)).isTrue();
            scene.copier.copy(scene.from, target, to);
            scene.assertContent(to);
            assertThatThrownBy(() -> scene.fixture.board.cpu().readLong(to.address(0))).isInstanceOf(BusFault.class);
            target.free(to);
            scene.pool.free(scene.from);
            assertThat(scene.fixture.lentRegions()).isZero();
        }
    }

    @Test
    void otherUseCasesAreNotReachedAndAreRefusedByTheApplicationToo() {
        try (var scene = new Scene()) {
            assertThat(scene.copier.reaches(scene.fixture.open(UseCase.TRUSTED_UI))).isFalse();
            assertThat(scene.copier.reaches(scene.pool)).isFalse();
            Pool target = scene.target(UseCase.TRUSTED_UI);
            PoolBuffer to = target.allocate(SIZE, PAGE);
            HeapException e = refused(HeapError.FIRMWARE_REFUSED, () -> scene.copier.copy(scene.from, target, to));
            assertThat(e.why()).contains("ACCESS_DENIED");
            assertThat(scene.fixture.board.soc().memory("display").readLong(to.address(0))).isNotEqualTo(CONTENT);
            refused(HeapError.UNREACHABLE, () -> scene.copier.copy(scene.from, scene.pool, scene.from));
        }
    }

    @Test
    void aShorterBufferIsRefused() {
        try (var scene = new Scene()) {
            Pool target = scene.target(UseCase.SECURE_VIDEO);
            PoolBuffer to = target.allocate(SIZE - PAGE, PAGE);
            refused(HeapError.INVALID_ARGUMENT, () -> scene.copier.copy(scene.from, target, to));
        }
    }

    @Test
    void anOpTeeThatDiesInACopyLeavesTheContentWhereItWas() {
        try (var scene = new Scene()) {
            Pool target = scene.target(UseCase.SECURE_VIDEO);
            PoolBuffer to = target.allocate(SIZE, PAGE);
            scene.fixture.board.conduit().instead(scene.fixture.board.conduit().message(OpteeMessage.INVOKE_COMMAND),
                    r -> {
                        throw new HeapException(HeapError.FIRMWARE_DEAD, "call", "firmware", "it is gone", "restart it");
                    });
            refused(HeapError.FIRMWARE_DEAD, () -> scene.copier.copy(scene.from, target, to));
            scene.assertContent(scene.from);
        }
    }

    @Test
    void anOpTeeWithoutTheApplicationReachesNobody() {
        try (var scene = new Scene()) {
            Pool target = scene.target(UseCase.SECURE_VIDEO);
            scene.fixture.board.conduit().refuse(OpteeMessage.OPEN_SESSION, TeeCode.ITEM_NOT_FOUND);
            assertThat(scene.copier.reaches(target)).isFalse();
            scene.fixture.board.conduit().heal();
            assertThat(scene.copier.reaches(target)).as("it is asked once").isFalse();
        }
    }

    @Test
    void withoutPhysicalAddressesNothingIsMoved() {
        try (var f = new BackendFixture(Kind.FFA)) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            assertThat(pool.attributes().movable()).isFalse();
            assertThat(pool.copier()).isEmpty();
            assertThat(pool.tee()).contains("optee");
        }
    }
}
