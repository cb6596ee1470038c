// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.refused;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloister.admin.BufferReport;
import org.cloister.admin.BufferUse;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapState;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What those who run the machine see, and what they decide. */
@Timeout(60)
class AdministrationTest {
    private final World world = new World();
    private final HeapAdmin admin = world.admin();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void buffersAreToldWithOwnersAgesDevicesAndPlaces() {
        world.add(FakeBackend.video("a"));
        DmaBuf buffer = world.video().allocate(AllocationRequest.of(1).named("frame"));
        world.pass(Duration.ofSeconds(3));
        world.heaps("compositor").reference(buffer);
        Attachment attachment = world.importers().attach(buffer, new FakeImporter("decoder"), Access.WRITE);
        BufferReport report = only(admin.buffers());
        assertThat(report.id()).isEqualTo(buffer.id());
        assertThat(report.name()).isEqualTo("frame");
        assertThat(report.record()).isEqualTo(buffer.record());
        assertThat(report.state()).isEqualTo(BufferState.LIVE);
        assertThat(report.payer()).isEqualTo("consumer");
        assertThat(report.holds()).extracting("owner").containsExactly("consumer", "compositor");
        assertThat(report.holds().getFirst().age()).isEqualTo(Duration.ofSeconds(3));
        assertThat(report.holds().getLast().age()).isZero();
        assertThat(report.uses()).containsExactly(
                new BufferUse("consumer", "decoder", "decoder", Access.WRITE, false));
        assertThat(report.memory()).singleElement().satisfies(
                extent -> assertThat(extent.length()).isEqualTo(buffer.size()));
        attachment.map(Access.WRITE, Duration.ZERO);
        assertThat(only(admin.buffers()).uses()).allMatch(BufferUse::mapped);
    }

    private static BufferReport only(List<BufferReport> reports) {
        assertThat(reports).hasSize(1);
        return reports.getFirst();
    }

    @Test
    void aBufferThatOnlyADeviceHoldsIsTold() {
        world.add(FakeBackend.video("a"));
        DmaBuf buffer = world.video().allocate(1);
        Attachment attachment = world.importers().attach(buffer, new FakeImporter("decoder"), Access.READ);
        buffer.close();
        assertThat(only(admin.buffers()).holds()).isEmpty();
        attachment.close();
        assertThat(admin.buffers()).isEmpty();
    }

    @Test
    void aRevokedBufferHasNoPlace() {
        world.add(FakeBackend.video("a"));
        world.video().allocate(1);
        world.core.failed(world.core.registry().heaps().getFirst().serving().orElseThrow().candidate(),
                world.backends.getFirst().pool(), "gone");
        world.queue.runAll();
        assertThat(only(admin.buffers()).state()).isEqualTo(BufferState.REVOKED);
        assertThat(only(admin.buffers()).memory()).isEmpty();
    }

    @Test
    void anAdministratorSwapsAndTheConfigurationTakesBack() {
        world.add(FakeBackend.video("a"));
        world.add(FakeBackend.video("b"), 10);
        world.add(FakeBackend.video("c"), 5);
        DmaBuf old = world.video().allocate(1);
        admin.swap("restricted,secure-video", "a");
        assertThat(world.video().backend()).isEqualTo("a");
        assertThat(old.state()).isEqualTo(BufferState.LIVE);
        assertThat(world.heaps().explain(VIDEO).reasons()).extracting("text").anyMatch(
                text -> text.toString().contains("backend b could serve it, but an administrator chose backend a"));
        admin.swap(VIDEO, "a");
        assertThat(world.events(HeapEvent.Swapped.class)).as("nothing happens twice")
                .filteredOn(event -> event.to().equals("a")).hasSize(1);
        admin.restore(VIDEO);
        assertThat(world.video().backend()).isEqualTo("b");
        admin.swap(VIDEO, "c");
        world.core.configure(World.preferring(VIDEO, "a", "b"));
        assertThat(world.video().backend()).as("a new configuration wins").isEqualTo("a");
    }

    @Test
    void whoIsChosenAndLeavesIsSucceededAndComesBack() {
        Candidate chosen = world.add(FakeBackend.video("a"));
        world.add(FakeBackend.video("b"), 10);
        admin.swap(VIDEO, "a");
        world.remove(chosen);
        assertThat(world.video().backend()).isEqualTo("b");
        world.add(FakeBackend.video("a"));
        assertThat(world.video().backend()).isEqualTo("a");
    }

    @Test
    void aDrainedHeapIsServedByNobodyUntilItIsRestored() {
        world.add(FakeBackend.video("a"));
        DmaBuf old = world.video().allocate(1);
        admin.drain(VIDEO);
        assertThat(world.video().state()).isEqualTo(HeapState.DRAINING);
        assertThat(refused(HeapError.DRAINING, () -> world.video().allocate(1)))
                .hasMessageContaining("an administrator has the heap drained");
        admin.drain(VIDEO);
        world.add(FakeBackend.video("b"), 10);
        assertThat(world.video().state()).as("nor by one that comes later").isEqualTo(HeapState.DRAINING);
        old.close();
        world.queue.runAll();
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
        admin.swap(VIDEO, "a");
        assertThat(world.video().backend()).isEqualTo("a");
        admin.drain(VIDEO);
        admin.restore(VIDEO);
        assertThat(world.video().backend()).isEqualTo("b");
    }

    @Test
    void nobodyDecidesAboutAHeapThatNobodyKnows() {
        world.add(FakeBackend.video("a"));
        assertThat(refused(HeapError.NO_SUCH_HEAP, () -> admin.swap("protected,secure-vide", "a")))
                .hasMessageContaining("there are protected,secure-video");
        refused(HeapError.NO_SUCH_HEAP, () -> admin.drain("x"));
        refused(HeapError.NO_SUCH_HEAP, () -> admin.restore("x"));
    }

    @Test
    void aBackendThatTheConfigurationDoesNotNameIsRefused() {
        world.add(FakeBackend.video("a"));
        world.add(FakeBackend.video("b"));
        world.core.configure(World.preferring(VIDEO, "a"));
        assertThat(refused(HeapError.NOT_PERMITTED, () -> admin.swap(VIDEO, "b"))).hasMessageContaining("only [a]");
        assertThat(world.video().backend()).isEqualTo("a");
    }

    @Test
    void aBackendThatCannotServeIsRefusedAndNothingChanges() {
        world.add(FakeBackend.video("a"));
        world.add(new FakeBackend("b", PoolOffer.refuse(VIDEO, UseCase.SECURE_VIDEO, "it is too small", "buy more")));
        world.events.clear();
        assertThat(refused(HeapError.UNAVAILABLE, () -> admin.swap(VIDEO, "b"))).hasMessageContaining("too small");
        assertThat(refused(HeapError.UNAVAILABLE, () -> admin.swap(VIDEO, "z"))).hasMessageContaining("is not there");
        assertThat(world.video().backend()).isEqualTo("a");
        assertThat(world.events).isEmpty();
        assertThat(world.core.decisions()).isEqualTo(Decisions.NONE);
    }

    @Test
    void quotasAreToldAsFarAsTheyAreConfigured() {
        world.add(FakeBackend.video("a"));
        assertThat(admin.quotas()).isEmpty();
        world.core.configure(World.quotas(Map.of("*", 8192L, "absent", 4096L), Map.of("secure-video", 12288L)));
        world.video().allocate(4096);
        assertThat(admin.quotas()).containsExactly(
                new QuotaReport(QuotaReport.Kind.BUNDLE, "absent", 0, 4096),
                new QuotaReport(QuotaReport.Kind.BUNDLE, "consumer", 4096, 8192),
                new QuotaReport(QuotaReport.Kind.USE_CASE, "secure-video", 4096, 12288));
    }
}
