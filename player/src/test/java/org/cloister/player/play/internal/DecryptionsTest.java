// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import org.cloister.driver.bench.TestBoard;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.player.clip.internal.ContentKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecryptionsTest {
    private final PlayerBoard player = new PlayerBoard();
    private final PlainTee one = new PlainTee("One");
    private final PlainTee other = new PlainTee("Other");
    private Heap heap;

    @BeforeEach
    void seal() {
        player.board.sealedVideo();
        heap = player.bench().heaps().find(TestBoard.VIDEO).orElseThrow();
        player.board.core().prefer(TestBoard.VIDEO, List.of(TestBoard.SEALED));
        assertThat(heap.backend()).isEqualTo(TestBoard.SEALED);
    }

    @AfterEach
    void switchOff() {
        player.close();
    }

    private Decryptions decryptions(PlainTee... tees) {
        return new Decryptions("clip.mp4", ContentKeys.NONE, heap, () -> List.of(tees));
    }

    @Test
    void wherePlayersMayWriteNoTrustedOsIsAsked() {
        player.board.core().prefer(TestBoard.VIDEO, List.of(TestBoard.MAIN));
        try (Decryptions decryptions = decryptions(one); DmaBuf buffer = heap.allocate(4096)) {
            assertThat(decryptions.of(buffer)).isInstanceOf(CpuDecryption.class);
        }
        assertThat(one.opened).isZero();
    }

    @Test
    void theOneThatKnowsTheMemoryIsTaken() {
        one.knows = buffer -> false;
        try (Decryptions decryptions = decryptions(one, other); DmaBuf buffer = heap.allocate(4096)) {
            decryptions.requireAccess();
            assertThat(decryptions.of(buffer).by()).endsWith(" Other");
            assertThat(decryptions.by()).hasSize(1);
        }
        assertThat(one.opened).as("it was not even asked for the application").isZero();
        assertThat(other.open).isEmpty();
    }

    @Test
    void theOneThatHasTheApplicationIsTaken() {
        one.hasApplication = false;
        try (Decryptions decryptions = decryptions(one, other); DmaBuf buffer = heap.allocate(4096)) {
            assertThat(decryptions.of(buffer).by()).endsWith(" Other");
        }
        assertThat(one.open).isEmpty();
    }

    @Test
    void eachBackendHasItsOwn() {
        one.knows = buffer -> buffer.record().backend().equals(TestBoard.SEALED);
        try (Decryptions decryptions = decryptions(one)) {
            try (DmaBuf first = heap.allocate(4096); DmaBuf second = heap.allocate(4096)) {
                assertThat(decryptions.of(first)).isSameAs(decryptions.of(second));
                assertThat(one.opened).isEqualTo(1);
            }
            player.board.core().prefer(TestBoard.VIDEO, List.of(TestBoard.MAIN));
            try (DmaBuf third = heap.allocate(4096)) {
                assertThat(decryptions.of(third)).isInstanceOf(CpuDecryption.class);
            }
            assertThat(decryptions.by()).hasSize(2).last().isEqualTo("the player");
        }
    }

    @Test
    void neitherCpuNorTrustedOs() {
        one.knows = buffer -> false;
        other.hasApplication = false;
        try (Decryptions decryptions = decryptions(one, other)) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(decryptions::requireAccess)
                    .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.NOT_SUPPORTED))
                    .withMessageContaining("the CPU cannot write its memory, and One does not know its memory;"
                            + " Other does not open the content decryption application 3f9c2b7e-")
                    .withMessageContaining("choose a board with either");
            assertThat(decryptions.by()).isEmpty();
        }
        assertNothingIsLeft();
    }

    @Test
    void noTrustedOsAtAll() {
        try (Decryptions decryptions = decryptions()) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(decryptions::requireAccess)
                    .withMessageContaining("there is no trusted OS to decrypt into it");
        }
        assertNothingIsLeft();
    }

    @Test
    void noMemoryToShareIsAReason() {
        one.allocation = Optional.of(HeapError.NO_MEMORY);
        try (Decryptions decryptions = decryptions(one)) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(decryptions::requireAccess)
                    .withMessageContaining("there is none left");
        }
        assertThat(one.opened).isEqualTo(1);
        assertNothingIsLeft();
    }

    @Test
    void aBufferThatIsGoneIsNoReasonToAskAnother() {
        one.knows = buffer -> {
            throw new HeapException(HeapError.REVOKED, "register", "buffer", "its backend left", "allocate again");
        };
        try (Decryptions decryptions = decryptions(one, other)) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(decryptions::requireAccess)
                    .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.REVOKED));
        }
        assertThat(other.opened).isZero();
        assertNothingIsLeft();
    }

    @Test
    void afterARefusalItMayWorkAgain() {
        one.hasApplication = false;
        try (Decryptions decryptions = decryptions(one)) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(decryptions::requireAccess);
            one.hasApplication = true;
            decryptions.requireAccess();
        }
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        assertThat(one.open).isEmpty();
        assertThat(other.open).isEmpty();
        assertThat(heap.usage().buffers()).isZero();
    }
}
