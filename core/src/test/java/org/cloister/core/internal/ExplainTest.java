// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.preferring;

import java.util.List;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Why a heap is there or not, for each kind of reason. */
class ExplainTest {
    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    private Explanation explain() {
        return world.heaps().explain(VIDEO);
    }

    private static Reason reason(Explanation explanation, Kind kind, String backend) {
        return explanation.reasons().stream().filter(r -> r.kind() == kind && r.backend().equals(backend)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " of '" + backend + "' in " + explanation));
    }

    @Test
    void served() {
        world.add(FakeBackend.video("a"));
        assertThat(explain()).isEqualTo(new Explanation(VIDEO, true,
                List.of(new Reason(Kind.SERVED, "a", "backend a serves it"))));
        assertThat(world.heaps().explain("restricted,secure-video").available()).as("aliases are known").isTrue();
        assertThat(world.heaps().explain("restricted,secure-video").name()).isEqualTo("restricted,secure-video");
    }

    @Test
    void noBackend() {
        assertThat(explain().available()).isFalse();
        assertThat(explain().reasons()).singleElement().satisfies(r -> {
            assertThat(r.kind()).isEqualTo(Kind.NO_BACKEND);
            assertThat(r.text()).contains("no backend offers it", "deploy one");
        });
    }

    @Test
    void noBackendThatTheConfigurationNames() {
        world.core.configure(preferring(VIDEO, "optee", "mtk"));
        assertThat(reason(explain(), Kind.NO_BACKEND, "").text())
                .isEqualTo("the configuration lets only [optee, mtk] serve it, and none of them does");
    }

    @Test
    void draining() {
        Candidate a = world.add(FakeBackend.video("a"));
        try (DmaBuf one = world.video().allocate(1); DmaBuf two = world.video().allocate(1)) {
            assertThat(one.id()).isNotEqualTo(two.id());
            world.remove(a);
            assertThat(explain().available()).isFalse();
            assertThat(explain().reasons().getFirst()).isEqualTo(new Reason(Kind.DRAINING, "a",
                    "backend a is leaving and waits for 2 live buffers; release them, or have them taken away by "
                    + "drain.policies"));
            assertThat(reason(explain(), Kind.LEFT, "a").text()).contains("start it again or deploy another");
            world.add(FakeBackend.video("b"));
            assertThat(explain().available()).isTrue();
            assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.SERVED, Kind.DRAINING);
        }
        world.queue.runAll();
        assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.SERVED);
    }

    @Test
    void theSuccessorOfItself() {
        Candidate before = world.add(FakeBackend.video("a"));
        DmaBuf buffer = world.video().allocate(1);
        world.remove(before);
        world.add(FakeBackend.video("a"));
        assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.SERVED, Kind.DRAINING);
        assertThat(reason(explain(), Kind.DRAINING, "a").text()).isEqualTo("backend a, as it was in generation "
                + buffer.record().generation() + " and before an update or a restart, waits for 1 live buffers; release "
                + "them, or have them taken away by drain.policies; until then its successor may refuse with BUSY");
        buffer.close();
        world.queue.runAll();
        assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.SERVED);
    }

    @Test
    void left() {
        world.remove(world.add(FakeBackend.video("a")));
        assertThat(explain().reasons()).singleElement().satisfies(r -> {
            assertThat(r.kind()).isEqualTo(Kind.LEFT);
            assertThat(r.backend()).isEqualTo("a");
            assertThat(r.text()).contains("backend a", "has left");
        });
    }

    @Test
    void whoStillOffersHasNotLeft() {
        var backend = FakeBackend.video("a");
        world.add(backend);
        backend.offer(PoolOffer.refuse(VIDEO, UseCase.SECURE_VIDEO, "the region is gone", "free one"));
        world.queue.runAll();
        assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.REFUSED);
    }

    @Test
    void lostToRanking() {
        world.add(FakeBackend.video("a"), 7);
        world.add(FakeBackend.video("b"), 3);
        world.add(FakeBackend.video("c"), 7);
        assertThat(reason(explain(), Kind.LOST_TO_RANKING, "b").text())
                .isEqualTo("backend b could serve it, but backend a has the higher service.ranking, 7 against 3");
        assertThat(reason(explain(), Kind.LOST_TO_RANKING, "c").text())
                .isEqualTo("backend c could serve it, but backend a is the older service of the same ranking");
    }

    @Test
    void overridden() {
        world.core.configure(preferring(VIDEO, "a", "b"));
        world.add(FakeBackend.video("a"));
        world.add(FakeBackend.video("b"), 50);
        world.add(FakeBackend.video("c"), 100);
        assertThat(reason(explain(), Kind.OVERRIDDEN, "b").text())
                .isEqualTo("backend b could serve it, but the configuration prefers backend a");
        assertThat(reason(explain(), Kind.OVERRIDDEN, "c").text()).isEqualTo("backend c could serve it, but the "
                + "configuration names [a, b] only; change heap.backends of core to include it");
    }

    @Test
    void refusedAlsoBehindAWinner() {
        world.add(FakeBackend.video("a"), 10);
        world.add(new FakeBackend("b", PoolOffer.refuse(VIDEO, UseCase.SECURE_VIDEO,
                "the firmware accepts use case 1 only", "update the firmware")));
        assertThat(reason(explain(), Kind.REFUSED, "b").text()).isEqualTo(
                "backend b knows it but cannot serve it: the firmware accepts use case 1 only; update the firmware");
    }

    @Test
    void failedToOpen() {
        var broken = FakeBackend.video("a");
        broken.script.fail("open", new IllegalStateException("boom"));
        world.add(broken);
        assertThat(reason(explain(), Kind.FAILED, "a").text()).contains("backend a failed", "boom");
        assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.FAILED);
    }

    @Test
    void failedLater() {
        var backend = FakeBackend.video("a");
        world.add(backend);
        backend.host().failed(backend.pool(), "the firmware died");
        world.queue.runAll();
        assertThat(explain().reasons()).extracting(Reason::kind).containsExactly(Kind.FAILED);
        assertThat(explain().reasons().getFirst().text()).isEqualTo("backend a failed: the firmware died");
    }

    @Test
    void conflicts() {
        world.add(new FakeBackend("a", PoolOffer.serve("h", new UseCase(256, "keys"))), 100);
        world.add(new FakeBackend("b", PoolOffer.serve("h", UseCase.TRUSTED_UI)));
        world.add(new FakeBackend("c", PoolOffer.serve("i", new UseCase(256, "locks"))));
        world.add(new FakeBackend("d", PoolOffer.serve("j", new UseCase(257, "keys"))));
        world.add(new FakeBackend("e", PoolOffer.serve("h", new UseCase(256, "keys"))).with(FakeBackend.NORMAL), 200);
        assertThat(reason(world.heaps().explain("h"), Kind.CONFLICT, "b").text())
                .contains("the heap is for keys, and it offers it for trusted-ui");
        assertThat(reason(world.heaps().explain("i"), Kind.CONFLICT, "c").text())
                .contains("use case 256 is named keys, and it calls it locks");
        assertThat(reason(world.heaps().explain("j"), Kind.CONFLICT, "d").text())
                .contains("use case keys has another id than 257");
        assertThat(reason(world.heaps().explain("h"), Kind.CONFLICT, "e").text())
                .contains("the heap is restricted and its memory would not be");
    }

    @ParameterizedTest
    @ValueSource(strings = {"protected,secure-vidoe", "protected,secure-vide", "Protected,secure-video",
        "restricted,secure-vidio",
        "protected,secure_video"})
    void similarNames(String name) {
        world.add(FakeBackend.video("a"));
        Explanation explanation = world.heaps().explain(name);
        assertThat(explanation.available()).isFalse();
        assertThat(explanation.reasons()).extracting(Reason::kind).containsExactly(Kind.NO_BACKEND, Kind.SIMILAR_NAME);
        assertThat(explanation.toString()).contains("there is a heap protected,secure-video");
    }

    @ParameterizedTest
    @CsvSource({"system", "video", "''"})
    void namesThatDifferMuchAreNotSimilar(String name) {
        world.add(FakeBackend.video("a"));
        assertThat(world.heaps().explain(name).reasons()).extracting(Reason::kind).containsExactly(Kind.NO_BACKEND);
    }

    @ParameterizedTest
    @CsvSource({"'', '', 0", "a, '', 1", "'', abc, 3", "abc, abc, 0", "abc, abd, 1", "abc, bc, 1", "kitten, sitting, 3",
        "ab, ba, 2"})
    void theDistanceCountsEdits(String a, String b, int edits) {
        assertThat(Explainer.distance(a, b)).isEqualTo(edits);
        assertThat(Explainer.distance(b, a)).isEqualTo(edits);
    }
}
