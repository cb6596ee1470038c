// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayerBoard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Places of buffers that come, move, and go; core's part in a move is played by the test. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PlacesTest {
    private static final Threat NONE = new Threat(List.of(), Optional.empty());

    private final PlayerBoard player = new PlayerBoard();
    private final Bench bench = player.bench();
    private final List<Attachment> attached = Collections.synchronizedList(new ArrayList<>());
    private final Importers importers = (taken, importer, access) -> {
        attached.add(bench.importers().attach(taken, importer, access));
        return attached.getLast();
    };
    private final Places places = new Places(bench.soc(), importers, _ -> NONE, (_, _) -> { });
    private final DmaBuf buffer = bench.heaps().find(TestBoard.VIDEO).orElseThrow().allocate(8192);
    private final Importer decoder = bench.codec().pictureImporter(Protection.PROTECTED);

    @AfterEach
    void switchOff() {
        buffer.close();
        places.close();
        player.close();
    }

    private boolean learn() {
        return places.learn(buffer, decoder, Access.WRITE);
    }

    /** As core does before it moves or revokes a buffer. */
    private void invalidate(Invalidation reason) {
        Attachment attachment = attached.getLast();
        attachment.importer().invalidated(attachment, reason);
    }

    private List<Place> attacked() {
        List<Place> attacked = new ArrayList<>();
        places.each(buffer.id(), attacked::add);
        return attacked;
    }

    @Test
    void aPlaceIsNotAttackedOnceItsBufferIsAboutToLeave() {
        assertThat(learn()).isTrue();
        List<Place> before = attacked();
        assertThat(before).hasSize(1).isEqualTo(places.of(buffer.id()));
        assertThat(places.left()).isEmpty();

        invalidate(Invalidation.MOVED);
        assertThat(attacked()).isEmpty();
        assertThat(places.left()).as("to be looked at when it is free").isEqualTo(before);

        assertThat(learn()).isTrue();
        assertThat(attacked()).as("where it is now").hasSize(1);
        assertThat(attached).as("attached once").hasSize(1);
    }

    @Test
    void aMoveWaitsForAnAttackUnderWay() throws Exception {
        learn();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Void> attack = CompletableFuture.runAsync(() -> places.each(buffer.id(), _ -> {
            begun.countDown();
            await(goOn);
            order.add("attacked");
        }), command -> Thread.ofPlatform().start(command));
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> left = new CompletableFuture<>();
        Thread core = Thread.ofPlatform().start(() -> {
            invalidate(Invalidation.MOVED);
            order.add("left");
            left.complete(null);
        });
        while (core.getState() != Thread.State.BLOCKED && !left.isDone()) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        attack.get(60, TimeUnit.SECONDS);
        left.get(60, TimeUnit.SECONDS);
        assertThat(order).containsExactly("attacked", "left");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatIsBeingMovedIsNowhere() {
        Fence move = new Fence("a move of the test");
        buffer.reservation().add(move, Fence.Usage.KERNEL);
        assertThat(learn()).isFalse();
        assertThat(attacked()).isEmpty();
        move.signal();
        assertThat(learn()).isTrue();
        assertThat(attacked()).hasSize(1);
    }

    @Test
    void whatWasRevokedIsAttackedOn() {
        learn();
        invalidate(Invalidation.REVOKED);
        assertThat(attacked()).hasSize(1);
        assertThat(places.left()).isEmpty();
    }

    @Test
    void whatIsForgottenIsLeftAndMayGo() {
        learn();
        List<Place> before = attacked();
        buffer.close();
        assertThat(bench.heaps().find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isOne();
        places.forget(buffer.id());
        places.forget(buffer.id());
        assertThat(bench.heaps().find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isZero();
        assertThat(attacked()).isEmpty();
        assertThat(places.left()).isEqualTo(before);
    }

    @Test
    void itAsksForNoMoreThanTheDevice() {
        learn();
        Importer asked = attached.getFirst().importer();
        Constraints wanted = decoder.constraints();
        assertThat(asked.constraints()).isEqualTo(wanted);
        assertThat(asked.initiator()).isEqualTo(decoder.initiator());
        assertThat(asked.name()).isEqualTo("attacks on " + decoder.name());
        assertThat(attached.getFirst().access()).isEqualTo(Access.WRITE);
    }
}
