// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.groups.Tuple.tuple;
import static org.cloister.core.internal.World.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.Negotiation;
import org.cloister.heap.Negotiation.Exclusion;
import org.cloister.heap.UseCase;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Importer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Choosing a heap for several devices. */
class NegotiationTest {
    private static final FakeImporter ANY = new FakeImporter("any");

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    private FakeBackend heap(String name, UseCase useCase, HeapAttributes attributes) {
        var backend = new FakeBackend("b-" + name, PoolOffer.serve(name, useCase)).with(attributes);
        world.add(backend);
        return backend;
    }

    private static HeapAttributes.Builder restricted() {
        return HeapAttributes.builder().enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE);
    }

    private static FakeImporter device(String name, UnaryOperator<Constraints.Builder> constraints) {
        return new FakeImporter(name, name, constraints.apply(Constraints.builder()).build());
    }

    private Negotiation negotiate(long size, UseCase useCase, Importer... importers) {
        return world.heaps().negotiate(size, useCase, List.of(importers));
    }

    private void excludes(String constraint, String why, Importer importer) {
        Negotiation outcome = negotiate(8192, UseCase.NONE, importer);
        assertThat(outcome.heap()).isEmpty();
        assertThat(outcome.exclusions()).singleElement().satisfies(e -> {
            assertThat(e.heap()).isEqualTo("h");
            assertThat(e.importer()).isEqualTo(importer.name());
            assertThat(e.constraint()).isEqualTo(constraint);
            assertThat(e.why()).contains(why);
        });
        assertThat(refused(HeapError.UNREACHABLE, outcome::orElseThrow)).hasMessageContaining(why);
    }

    @Test
    void oneHeapForAll() {
        heap("normal", UseCase.NONE, FakeBackend.NORMAL);
        heap("video", UseCase.SECURE_VIDEO, restricted().grants(Map.of("dec", Access.READ_WRITE, "disp", Access.READ))
                .build());
        heap("ui", UseCase.TRUSTED_UI, restricted().grants(Map.of("disp", Access.READ)).build());
        Negotiation outcome = negotiate(1, UseCase.NONE, device("dec", c -> c.restriction(Restriction.REQUIRED)),
                device("disp", c -> c.access(Access.READ)));
        assertThat(outcome.orElseThrow()).isSameAs(world.heap("video"));
        assertThat(outcome.exclusions()).extracting(Exclusion::heap, Exclusion::importer, Exclusion::constraint)
                .containsExactly(tuple("normal", "dec", "restriction"),
                        tuple("ui", "dec", "rights"));
    }

    @Test
    void everyConstraintOfEveryImporterIsToldInOrder() {
        heap("h", UseCase.SECURE_VIDEO, restricted().contiguous(false).grants(Map.of()).addressBits(40).build());
        Negotiation outcome = negotiate(1, UseCase.NONE, device("z", c -> c.addressBits(32)),
                device("a", c -> c.contiguous(true).alignment(65536)));
        assertThat(outcome.exclusions()).extracting(e -> e.importer() + " " + e.constraint()).containsExactly(
                "a rights", "a contiguity", "a alignment", "z rights", "z address-width");
    }

    @Test
    void aHeapWithoutABackendIsOut() {
        Candidate candidate = world.add(FakeBackend.video("a"));
        world.remove(candidate);
        assertThat(negotiate(1, UseCase.NONE, ANY).exclusions()).containsExactly(
                new Exclusion(World.VIDEO, "", "state", "the heap is UNAVAILABLE"));
    }

    @Test
    void anotherUseCaseIsOut() {
        heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        assertThat(negotiate(1, UseCase.TRUSTED_UI, ANY).exclusions()).containsExactly(new Exclusion("h", "",
                "use-case", "the buffer is for trusted-ui and the heap for secure-video"));
    }

    @Test
    void aHeapThatIsTooSmallIsOut() {
        heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        assertThat(negotiate(FakePool.CAPACITY, UseCase.NONE, ANY).heap()).isPresent();
        assertThat(negotiate(FakePool.CAPACITY + 1, UseCase.NONE, ANY).exclusions()).extracting(Exclusion::constraint)
                .containsExactly("size");
    }

    @Test
    void aHeapThatCannotTellItsSizeIsNotOut() {
        FakeBackend backend = heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        backend.pool().script.answer("usage", PoolUsage.unknown());
        assertThat(negotiate(Long.MAX_VALUE, UseCase.NONE, ANY).heap()).isPresent();
    }

    @Test
    void aHeapWhoseBackendFailsIsOutAndTheOthersAreNot() {
        FakeBackend backend = heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        heap("z", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        backend.pool().script.fail("usage", new IllegalStateException("boom"));
        Negotiation outcome = negotiate(1, UseCase.NONE, ANY);
        assertThat(outcome.heap()).contains(world.heap("z"));
        assertThat(outcome.exclusions()).singleElement().satisfies(e -> assertThat(e.why()).contains("boom"));
    }

    @Test
    void exclusionByRestriction() {
        heap("h", UseCase.NONE, FakeBackend.NORMAL);
        excludes("restriction", "restricted memory only", device("d", c -> c.restriction(Restriction.REQUIRED)));
    }

    @Test
    void exclusionByRefusedRestriction() {
        heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        excludes("restriction", "normal memory only", device("d", c -> c.restriction(Restriction.REFUSED)));
    }

    @Test
    void exclusionByEnforcement() {
        heap("h", UseCase.SECURE_VIDEO, HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).build());
        excludes("enforcement", "protected by encryption", device("d", c -> c.encryptionAccepted(false)));
    }

    @Test
    void exclusionByAcceptedUseCases() {
        heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        excludes("use-case", "accepts [trusted-ui]", device("d", c -> c.useCases(Set.of(UseCase.TRUSTED_UI))));
    }

    @Test
    void exclusionByRights() {
        heap("h", UseCase.SECURE_VIDEO, restricted().grants(Map.of("d", Access.READ)).build());
        excludes("rights", "needs READ_WRITE and is granted READ", device("d", c -> c));
    }

    @Test
    void exclusionByAddressWidth() {
        heap("h", UseCase.SECURE_VIDEO, restricted().addressBits(33).build());
        excludes("address-width", "drives 32 address bits", device("d", c -> c.addressBits(32)));
    }

    @Test
    void exclusionByContiguity() {
        heap("h", UseCase.SECURE_VIDEO, restricted().contiguous(false).build());
        excludes("contiguity", "one physical range", device("d", c -> c.contiguous(true)));
        excludes("contiguity", "one physical range", device("d", c -> c.maxSegments(1)));
    }

    @Test
    void exclusionByAlignment() {
        heap("h", UseCase.SECURE_VIDEO, restricted().contiguous(false).build());
        excludes("alignment", "multiples of 65536", device("d", c -> c.alignment(65536)));
    }

    @Test
    void aContiguousHeapCanBeAskedForAnyAlignment() {
        heap("h", UseCase.SECURE_VIDEO, restricted().build());
        assertThat(negotiate(1, UseCase.NONE, device("d", c -> c.alignment(1 << 20))).heap()).isPresent();
    }

    @Test
    void exclusionBySegmentSizeCountsTheRoundedSize() {
        heap("h", UseCase.SECURE_VIDEO, restricted().granularity(65536).build());
        excludes("segment-size", "one of 65536", device("d", c -> c.maxSegmentSize(8192)));
        assertThat(negotiate(8192, UseCase.NONE, device("d", c -> c.maxSegmentSize(65536))).heap()).isPresent();
    }

    @Test
    void restrictedHeapsWinWhereTheUseCaseAsksForThem() {
        heap("a", UseCase.SECURE_VIDEO, FakeBackend.NORMAL);
        heap("b", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        assertThat(negotiate(1, UseCase.SECURE_VIDEO, ANY).heap().map(Heap::name)).contains("b");
    }

    @Test
    void normalHeapsWinWhereNobodyAsksForRestriction() {
        heap("a", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        heap("b", UseCase.NONE, FakeBackend.NORMAL);
        assertThat(negotiate(1, UseCase.NONE, ANY).heap().map(Heap::name)).contains("b");
    }

    @Test
    void theSmallerGranularityWinsAndThenTheName() {
        heap("a", UseCase.SECURE_VIDEO, restricted().granularity(65536).build());
        heap("c", UseCase.SECURE_VIDEO, restricted().build());
        heap("b", UseCase.SECURE_VIDEO, restricted().build());
        assertThat(negotiate(1, UseCase.SECURE_VIDEO, ANY).heap().map(Heap::name)).contains("b");
        assertThat(negotiate(1, UseCase.SECURE_VIDEO, ANY).exclusions()).isEmpty();
    }

    @Test
    void nothingIsAllocated() {
        FakeBackend backend = heap("h", UseCase.SECURE_VIDEO, FakeBackend.RESTRICTED);
        negotiate(1, UseCase.NONE, ANY);
        assertThat(backend.pool().script.calls("allocate")).isZero();
    }

    @Test
    void withoutHeapsThereIsNothingToExclude() {
        assertThat(negotiate(1, UseCase.NONE, ANY)).isEqualTo(new Negotiation(Optional.empty(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aBufferHasASize(long size) {
        refused(HeapError.INVALID_ARGUMENT, () -> negotiate(size, UseCase.NONE, ANY));
    }

    @Test
    void thereIsAnImporter() {
        refused(HeapError.INVALID_ARGUMENT, () -> negotiate(1, UseCase.NONE));
        assertThatNullPointerException().isThrownBy(() -> world.heaps().negotiate(1, UseCase.NONE, null));
        assertThatNullPointerException().isThrownBy(() -> world.heaps().negotiate(1, null, List.of(ANY)));
        var withNull = new ArrayList<Importer>();
        withNull.add(null);
        assertThatNullPointerException().isThrownBy(() -> world.heaps().negotiate(1, UseCase.NONE, withNull));
    }
}
