// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.cloister.core.internal.World.refused;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Constraints.Restriction;
import org.cloister.importer.Mapping;
import org.cloister.importer.Segment;
import org.cloister.importer.SegmentCursor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that use buffers. */
@Timeout(60)
class AttachmentTest {
    private static final Duration NOW = Duration.ZERO;

    private final World world = new World();
    private FakeBackend backend;

    @AfterEach
    void close() {
        world.close();
    }

    private DmaBuf buffer(HeapAttributes attributes, int pieces, long size) {
        backend = new FakeBackend("a", PoolOffer.serve("h", UseCase.SECURE_VIDEO)).with(attributes).pieces(pieces);
        world.add(backend);
        return world.heap("h").allocate(size);
    }

    private DmaBuf buffer() {
        return buffer(FakeBackend.RESTRICTED, 1, 8192);
    }

    private static FakeImporter importer(UnaryOperator<Constraints.Builder> constraints) {
        return new FakeImporter("the decoder", "vdec", constraints.apply(Constraints.builder()).build());
    }

    private void refuses(HeapError error, DmaBuf buffer, String constraint, FakeImporter importer) {
        assertThat(refused(error, () -> world.importers().attach(buffer, importer, importer.constraints().access())))
                .hasMessageContaining("the decoder").hasMessageContaining(constraint + ":");
        buffer.close();
        assertThat(backend.pool().live()).as("nothing stays attached").isZero();
    }

    private static HeapAttributes.Builder restricted() {
        return HeapAttributes.builder().enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE);
    }

    @Test
    void anImporterLearnsWhatTheBufferIs() {
        var decoder = importer(c -> c.restriction(Restriction.REQUIRED).useCases(Set.of(UseCase.SECURE_VIDEO)));
        try (DmaBuf buffer = buffer(); Attachment attachment = world.importers().attach(buffer, decoder, Access.READ)) {
            assertThat(attachment.importer()).isSameAs(decoder);
            assertThat(attachment.bufferId()).isEqualTo(buffer.id());
            assertThat(attachment.size()).isEqualTo(8192);
            assertThat(attachment.record()).isEqualTo(buffer.record());
            assertThat(attachment.reservation()).isSameAs(buffer.reservation());
            assertThat(attachment.access()).isEqualTo(Access.READ);
            assertThat(attachment).hasToString("attachment of buffer " + buffer.id() + " to the decoder");
        }
    }

    @Test
    void restrictedMemoryIsRequired() {
        refuses(HeapError.NOT_PERMITTED, buffer(FakeBackend.NORMAL, 1, 1), "restriction",
                importer(c -> c.restriction(Restriction.REQUIRED)));
    }

    @Test
    void restrictedMemoryIsRefused() {
        refuses(HeapError.NOT_PERMITTED, buffer(), "restriction", importer(c -> c.restriction(Restriction.REFUSED)));
    }

    @Test
    void theUseCaseIsNotAccepted() {
        refuses(HeapError.NOT_PERMITTED, buffer(), "use-case",
                importer(c -> c.useCases(Set.of(UseCase.TRUSTED_UI, UseCase.SECURE_VIDEO_RECORD))));
    }

    @Test
    void theUseCaseOfNormalMemoryIsNobodysBusiness() {
        try (DmaBuf buffer = buffer(FakeBackend.NORMAL, 1, 1)) {
            var display = importer(c -> c.useCases(Set.of(UseCase.TRUSTED_UI)));
            world.importers().attach(buffer, display, Access.READ).close();
        }
    }

    @Test
    void encryptionWillNotDo() {
        HeapAttributes encrypted = HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).build();
        refuses(HeapError.NOT_PERMITTED, buffer(encrypted, 1, 1), "enforcement",
                importer(c -> c.encryptionAccepted(false)));
    }

    @Test
    void encryptionWillDo() {
        HeapAttributes encrypted = HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).build();
        try (DmaBuf buffer = buffer(encrypted, 1, 1)) {
            world.importers().attach(buffer, importer(c -> c.restriction(Restriction.REQUIRED)), Access.READ).close();
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE, READ", "READ, WRITE", "READ, READ_WRITE", "WRITE, READ", "NONE, READ_WRITE"})
    void theInitiatorIsNotGrantedThat(Access granted, Access wanted) {
        refuses(HeapError.UNREACHABLE, buffer(restricted().grants(Map.of("vdec", granted)).build(), 1, 1), "rights",
                importer(c -> c.access(wanted)));
    }

    @Test
    void anInitiatorThatTheFirewallDoesNotKnowReachesNothing() {
        refuses(HeapError.UNREACHABLE, buffer(restricted().grants(Map.of("gpu", Access.READ_WRITE)).build(), 1, 1),
                "rights", importer(c -> c));
    }

    @Test
    void rightsAreLookedUpByTheInitiatorNotTheImportersName() {
        try (DmaBuf buffer = buffer(restricted().grants(Map.of("vdec", Access.READ)).build(), 1, 1)) {
            world.importers().attach(buffer, importer(c -> c.access(Access.READ)), Access.READ).close();
        }
    }

    @Test
    void theAddressIsTooHigh() {
        refuses(HeapError.UNREACHABLE, buffer(), "address-width", importer(c -> c.addressBits(30)));
    }

    @Test
    void theVeryAddressCountsNotWhatTheHeapMightGive() {
        try (DmaBuf buffer = buffer()) {
            assertThat(world.heap("h").attributes().addressBits()).isEqualTo(64);
            world.importers().attach(buffer, importer(c -> c.addressBits(31)), Access.READ).close();
        }
    }

    @Test
    void theAlignmentDoesNotFit() {
        refuses(HeapError.UNREACHABLE, buffer(FakeBackend.RESTRICTED, 1, 1), "alignment",
                importer(c -> c.alignment(1L << 40)));
    }

    @Test
    void oneRangeIsNeeded() {
        refuses(HeapError.UNREACHABLE, buffer(restricted().contiguous(false).build(), 2, 8192), "contiguity",
                importer(c -> c.contiguous(true)));
    }

    @Test
    void aBufferThatHappensToBeOneRangeWillDo() {
        try (DmaBuf buffer = buffer(restricted().contiguous(false).build(), 2, 4096)) {
            world.importers().attach(buffer, importer(c -> c.contiguous(true).alignment(4096)), Access.READ).close();
        }
    }

    @Test
    void thereAreTooManySegments() {
        refuses(HeapError.UNREACHABLE, buffer(restricted().contiguous(false).build(), 4, 16384), "segments",
                importer(c -> c.maxSegments(3)));
    }

    @Test
    void aSegmentIsTooLong() {
        refuses(HeapError.UNREACHABLE, buffer(), "segment-size", importer(c -> c.maxSegmentSize(8191)));
    }

    @Test
    void limitsThatAreJustMetAreMet() {
        try (DmaBuf buffer = buffer(restricted().contiguous(false).build(), 4, 16384)) {
            world.importers().attach(buffer, importer(c -> c.maxSegments(4).maxSegmentSize(4096).alignment(4096)
                    .addressBits(31)), Access.READ_WRITE).close();
        }
    }

    @Test
    void aBufferOfManySegmentsIsNotToldOfEachOfThem() {
        DmaBuf buffer = buffer(restricted().contiguous(false).build(), 1000, 1000 * 4096);
        var e = refused(HeapError.UNREACHABLE, () -> world.importers().attach(buffer,
                importer(c -> c.maxSegmentSize(1)), Access.READ));
        assertThat(e.getMessage()).hasSizeLessThan(500);
    }

    @Test
    void theGravestObstacleNamesTheErrorAndAllAreTold() {
        DmaBuf buffer = buffer(HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION)
                .grants(Map.of()).build(), 1, 1);
        assertThat(refused(HeapError.NOT_PERMITTED, () -> world.importers().attach(buffer,
                importer(c -> c.encryptionAccepted(false).useCases(Set.of(UseCase.TRUSTED_UI))), Access.READ)))
                .hasMessageContaining("enforcement:").hasMessageContaining("use-case:").hasMessageContaining("rights:");
    }

    @ParameterizedTest
    @CsvSource({"READ, NONE", "READ, WRITE", "READ, READ_WRITE", "WRITE, READ", "READ_WRITE, NONE"})
    void accessIsWhatTheConstraintsNameAndNotNothing(Access named, Access asked) {
        DmaBuf buffer = buffer();
        assertThat(refused(HeapError.INVALID_ARGUMENT,
                () -> world.importers().attach(buffer, importer(c -> c.access(named)), asked)))
                .hasMessageContaining("access " + asked);
    }

    @Test
    void nothingIsNull() {
        DmaBuf buffer = buffer();
        var decoder = importer(c -> c);
        assertThatNullPointerException().isThrownBy(() -> world.importers().attach(null, decoder, Access.READ));
        assertThatNullPointerException().isThrownBy(() -> world.importers().attach(buffer, null, Access.READ));
        assertThatNullPointerException().isThrownBy(() -> world.importers().attach(buffer, decoder, null));
        buffer.close();
        assertThat(backend.pool().live()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "initiator", "constraints"})
    void anImporterThatAnswersNothingAttachesNothing(String method) {
        DmaBuf buffer = buffer();
        var decoder = importer(c -> c);
        decoder.script.answer(method, null);
        assertThatNullPointerException().isThrownBy(() -> world.importers().attach(buffer, decoder, Access.READ));
        decoder.script.fail(method, new IllegalArgumentException("boom"));
        assertThat(catchThrowable(
                () -> world.importers().attach(buffer, decoder, Access.READ))).hasMessage("boom");
        buffer.close();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void anAttachmentKeepsTheBufferAlive() {
        DmaBuf buffer = buffer();
        Attachment one = world.importers().attach(buffer, importer(c -> c), Access.READ);
        Attachment two = world.importers().attach(buffer, importer(c -> c), Access.READ);
        buffer.close();
        assertThat(backend.pool().live()).isOne();
        one.close();
        one.close();
        assertThat(backend.pool().live()).as("closing is idempotent").isOne();
        two.close();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void aCursorWalksTheSegments() {
        DmaBuf buffer = buffer(restricted().contiguous(false).build(), 3, 5 * 4096);
        try (Attachment attachment = world.importers().attach(buffer, importer(c -> c), Access.READ_WRITE);
                Mapping mapping = attachment.map(Access.WRITE, NOW)) {
            assertThat(mapping.access()).isEqualTo(Access.WRITE);
            assertThat(mapping.size()).isEqualTo(5 * 4096);
            assertThat(mapping.isValid()).isTrue();
            var segments = new ArrayList<Segment>();
            for (SegmentCursor cursor = mapping.cursor(); cursor.next();) {
                segments.add(cursor.segment());
            }
            assertThat(segments).extracting(Segment::length).containsExactly(4096L, 4096L, 3 * 4096L);
            assertThat(segments).allSatisfy(s -> {
                assertThat(s.access()).isEqualTo(Access.WRITE);
                assertThat(s.address()).isGreaterThanOrEqualTo(FakePool.BASE);
            }).extracting(Segment::address).doesNotHaveDuplicates();
        }
    }

    @Test
    void aCursorStandsNowhereBeforeAndAfter() {
        DmaBuf buffer = buffer();
        try (Mapping mapping = world.importers().attach(buffer, importer(c -> c), Access.READ).map(Access.READ, NOW)) {
            SegmentCursor cursor = mapping.cursor();
            assertThatIllegalStateException().isThrownBy(cursor::address).withMessageContaining("next()");
            assertThatIllegalStateException().isThrownBy(cursor::length);
            assertThatIllegalStateException().isThrownBy(cursor::segment);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.length()).isEqualTo(8192);
            for (int i = 0; i < 3; i++) {
                assertThat(cursor.next()).isFalse();
                assertThatIllegalStateException().isThrownBy(cursor::address).withMessageContaining("no further");
            }
        }
    }

    @Test
    void aMappingEndsOnce() {
        DmaBuf buffer = buffer();
        Attachment attachment = world.importers().attach(buffer, importer(c -> c), Access.READ);
        Mapping mapping = attachment.map(Access.READ, NOW);
        Mapping other = attachment.map(Access.READ, NOW);
        mapping.close();
        mapping.close();
        assertThat(mapping.isValid()).isFalse();
        refused(HeapError.CLOSED, mapping::cursor);
        assertThat(other.isValid()).isTrue();
    }

    @Test
    void mappingsEndWithTheirAttachment() {
        DmaBuf buffer = buffer();
        Attachment attachment = world.importers().attach(buffer, importer(c -> c), Access.READ);
        Mapping mapping = attachment.map(Access.READ, NOW);
        attachment.close();
        assertThat(mapping.isValid()).isFalse();
        refused(HeapError.CLOSED, mapping::cursor);
        refused(HeapError.CLOSED, () -> attachment.map(Access.READ, NOW));
        assertThat(attachment.record().heap()).isEqualTo("h");
        mapping.close();
    }

    @ParameterizedTest
    @CsvSource({"READ, WRITE", "READ, READ_WRITE", "WRITE, READ", "READ_WRITE, NONE"})
    void aMappingIsForWhatTheAttachmentIs(Access attached, Access mapped) {
        DmaBuf buffer = buffer();
        Attachment attachment = world.importers().attach(buffer, importer(c -> c), attached);
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> attachment.map(mapped, NOW)))
                .hasMessageContaining("made for " + attached);
        assertThatNullPointerException().isThrownBy(() -> attachment.map(null, NOW));
    }

    @ParameterizedTest
    @EnumSource
    void mappingWaitsForMemoryManagementOnly(Fence.Usage usage) {
        DmaBuf buffer = buffer();
        Attachment attachment = world.importers().attach(buffer, importer(c -> c), Access.READ_WRITE);
        var fence = new Fence("clearing");
        buffer.reservation().add(fence, usage);
        if (usage == Fence.Usage.KERNEL) {
            assertThat(refused(HeapError.TIMED_OUT, () -> attachment.map(Access.READ, NOW)))
                    .hasMessageContaining("clearing");
            refused(HeapError.TIMED_OUT, () -> attachment.map(Access.READ, Duration.ofNanos(-1)));
            fence.signal();
        }
        attachment.map(Access.READ, Duration.ofSeconds(Long.MAX_VALUE)).close();
    }

    @Test
    void anAttachmentThatIsClosedDuringTheWaitMapsNothing() throws Exception {
        DmaBuf buffer = buffer();
        Attachment attachment = world.importers().attach(buffer, importer(c -> c), Access.READ);
        var fence = new Fence("clearing");
        buffer.reservation().add(fence, Fence.Usage.KERNEL);
        var mapping = new FutureTask<>(() -> refused(HeapError.CLOSED,
                () -> attachment.map(Access.READ, Duration.ofSeconds(50))));
        Thread thread = Thread.ofPlatform().daemon().start(mapping);
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        attachment.close();
        fence.signal();
        mapping.get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"segments", "address", "length"})
    void aBackendThatDoesNotKnowWhereABufferIsHasFailed(String method) {
        DmaBuf buffer = buffer();
        Mapping mapping = world.importers().attach(buffer, importer(c -> c), Access.READ).map(Access.READ, NOW);
        backend.pool().script.fail(method, new IllegalStateException("boom"));
        refused(HeapError.BACKEND_FAILED, () -> world.importers().attach(buffer, importer(c -> c), Access.READ));
        refused(HeapError.BACKEND_FAILED, () -> {
            SegmentCursor cursor = mapping.cursor();
            cursor.next();
            cursor.segment();
        });
        assertThat(world.events(HeapEvent.BackendFailed.class)).hasSize(1);
    }

    @Test
    void attachingAndTheLastCloseMeet() throws Exception {
        buffer().close();
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf last = world.heap("h").allocate(1);
                race.meet(last::close, () -> {
                    try (Attachment attachment = world.importers().attach(last, importer(c -> c), Access.READ);
                            Mapping mapping = attachment.map(Access.READ, NOW)) {
                        assertThat(mapping.isValid()).isTrue();
                        assertThat(backend.pool().live()).isOne();
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.CLOSED);
                    }
                });
                assertThat(backend.pool().live()).isZero();
            }
        }
    }
}
