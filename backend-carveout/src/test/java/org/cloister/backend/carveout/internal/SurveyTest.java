// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.carveout.internal.TreeFixture.BASE;
import static org.cloister.backend.carveout.internal.TreeFixture.NODE;
import static org.cloister.backend.carveout.internal.TreeFixture.SIZE;
import static org.cloister.backend.carveout.internal.TreeFixture.right;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.NodeBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SurveyTest {
    private static final String VIDEO = "protected,secure-video";

    @Test
    void servesWhatTheTreeDeclares() {
        Survey survey = survey(new TreeFixture().video(node -> {}));
        assertThat(survey.offers()).containsExactly(PoolOffer.serve(VIDEO, UseCase.SECURE_VIDEO));
        assertThat(survey.complaints()).isEmpty();
        assertThat(survey.carveOuts().get(VIDEO)).isEqualTo(new CarveOut(NODE, new AddressRange(BASE, SIZE), VIDEO,
                UseCase.SECURE_VIDEO,
                Map.of("cpu", Access.WRITE, "video-decoder", Access.READ_WRITE, "display", Access.READ)));
    }

    @Test
    void tellsWhatTheMemoryIsLike() {
        HeapAttributes attributes = survey(new TreeFixture().video(node -> {})).carveOuts().get(VIDEO).attributes();
        assertThat(attributes.restricted()).isTrue();
        assertThat(attributes.enforcement()).isEqualTo(Enforcement.FIREWALL);
        assertThat(attributes.cpuAccess()).isEqualTo(Access.WRITE);
        assertThat(attributes.contiguous()).isTrue();
        assertThat(attributes.granularity()).isEqualTo(4096);
        assertThat(attributes.zeroing()).isEqualTo(Zeroing.NOBODY);
        assertThat(attributes.addressBits()).isEqualTo(32);
        assertThat(attributes.grantOf("display")).isEqualTo(Access.READ);
        assertThat(attributes.grantOf("gpu")).isEqualTo(Access.NONE);
    }

    @Test
    void servesSeveralUseCasesFromSeveralNodes() {
        Survey survey = survey(new TreeFixture().video(node -> {})
                .node("ui@a0000000", node -> node.reg(new AddressRange(0xa000_0000L, 0x10_0000))
                        .strings("cloister,use-case", "trusted-ui")
                        .strings("cloister,grants", "display:r", "secure:rw"))
                .node("own@b0000000", node -> node.reg(new AddressRange(0xb000_0000L, 0x10_0000))
                        .strings("cloister,use-case", "drm-keys").cells("cloister,use-case-id", 300)
                        .strings("cloister,heap-name", "acme,keys").strings("cloister,grants", "crypto:rw")));
        assertThat(survey.offers()).containsExactlyInAnyOrder(PoolOffer.serve(UseCase.SECURE_VIDEO),
                PoolOffer.serve(UseCase.TRUSTED_UI), PoolOffer.serve("acme,keys", new UseCase(300, "drm-keys")));
        assertThat(survey.carveOuts().get("protected,trusted-ui").grants())
                .as("the secure world is no initiator of the normal one").isEqualTo(Map.of("display", Access.READ));
    }

    @Test
    void addsUpGrantsToOneInitiator() {
        Survey survey = survey(new TreeFixture().video(node -> node
                .strings("cloister,grants", "gpu:r", "gpu:w")));
        assertThat(survey.carveOuts().get(VIDEO).grants()).isEqualTo(Map.of("gpu", Access.READ_WRITE));
    }

    @Test
    void leavesOrdinaryReservedMemoryAlone() {
        Survey survey = survey(new TreeFixture()
                .node("linux,cma", node -> node.longs("size", 0x1000_0000).flag("reusable"))
                .node("tee@50000000", node -> node.reg(new AddressRange(0x5000_0000L, 0x1000)).flag("no-map")));
        assertThat(survey).isEqualTo(Survey.empty());
    }

    @Test
    void acceptsATreeWithoutReservedMemory() {
        assertThat(survey(new TreeFixture())).isEqualTo(Survey.empty());
    }

    @Test
    void refusesADisabledNode() {
        refused(node -> node.strings("status", "disabled"), "its status is \"disabled\"");
    }

    @Test
    void refusesReusableMemory() {
        refused(node -> node.flag("reusable"), "reusable");
    }

    @Test
    void refusesADynamicNodeWithoutAPlace() {
        refused(node -> node.bytes("reg").longs("size", 0x100_0000), "no place");
    }

    @Test
    void refusesANodeWithoutAPlaceOrSize() {
        refused(node -> node.bytes("reg"), "0 ranges");
    }

    @Test
    void refusesSeveralRanges() {
        refused(node -> node.reg(new AddressRange(BASE, 0x1000), new AddressRange(BASE + 0x8000, 0x1000)), "2 ranges");
    }

    @Test
    void refusesSizeZero() {
        refused(node -> node.reg(new AddressRange(BASE, 0)), "its size is 0");
    }

    @ParameterizedTest
    @CsvSource({"0x90000800, 0x1000", "0x90000000, 0x800", "0x90000001, 0xfff"})
    void refusesRangesThatAreNotWholePages(String base, String size) {
        refused(node -> node.reg(new AddressRange(Long.decode(base), Long.decode(size))), "whole pages");
    }

    @ParameterizedTest
    @CsvSource({"8000000000000000, 1000", "7ffffffffffff000, 1000", "0, 8000000000000000"})
    void refusesRangesBeyondWhatAddressesCanBe(String base, String size) {
        AddressRange range = new AddressRange(Long.parseUnsignedLong(base, 16), Long.parseUnsignedLong(size, 16));
        refused(node -> node.reg(range), "beyond 63 bits");
    }

    @ParameterizedTest
    @CsvSource({"0x90000000, 0x2000000", "0x8ffff000, 0x2000", "0x91fff000, 0x1000", "0x80000000, 0x40000000"})
    void refusesARangeThatOverlapsAnother(String base, String size) {
        Survey survey = survey(new TreeFixture().video(node -> {}).node("other@1", node -> node
                .reg(new AddressRange(Long.decode(base), Long.decode(size)))));
        refused(survey, "overlaps /reserved-memory/other@1");
    }

    @Test
    void refusesBothOfTwoHeapsThatOverlap() {
        Survey survey = survey(new TreeFixture().video(node -> {}).node("ui@91000000", node -> right(node,
                0x9100_0000L, SIZE).strings("cloister,heap-name", "protected,trusted-ui")
                .strings("cloister,use-case", "trusted-ui")));
        assertThat(survey.offers()).hasSize(2).allSatisfy(offer -> assertThat(offer.refusal()).isPresent());
        assertThat(survey.carveOuts()).isEmpty();
    }

    @Test
    void toleratesAnOverlapWithADisabledNodeAndANeighbour() {
        Survey survey = survey(new TreeFixture().video(node -> {})
                .node("off@90000000", node -> node.reg(new AddressRange(BASE, SIZE)).strings("status", "disabled"))
                .node("next@92000000", node -> node.reg(new AddressRange(BASE + SIZE, SIZE)))
                .node("before@8f000000", node -> node.reg(new AddressRange(BASE - 0x1000, 0x1000))));
        assertThat(survey.carveOuts()).containsOnlyKeys(VIDEO);
    }

    @Test
    void refusesAHeapNameThatTwoNodesClaim() {
        Survey survey = survey(new TreeFixture().video(node -> {})
                .node("second@a0000000", node -> right(node, 0xa000_0000L, SIZE)));
        refused(survey, "/reserved-memory/second@a0000000 and " + NODE + ": they all claim the heap name");
    }

    @Test
    void refusesMissingGrants() {
        refused(node -> node.bytes("cloister,grants"), "no grants");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu:", ":rw", "cpu:x", "cpu:wr", "cpu:rw ", "c pu:w", "cpu;w", "cpu:w,display:r"})
    void refusesWordsThatAreNoGrants(String word) {
        refused(node -> node.strings("cloister,grants", "display:r", word), "\"" + word + "\" is no grant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:r", "cpu:rw"})
    void refusesMemoryThatTheCpuMayRead(String grant) {
        refused(node -> node.strings("cloister,grants", "display:r", grant), "the CPU may read it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*:r", "*:w", "*:rw"})
    void refusesMemoryThatEverybodyHasAccessTo(String grant) {
        refused(node -> node.strings("cloister,grants", grant), "everybody has access");
    }

    @Test
    void refusesAMissingUseCase() {
        refused(node -> node.strings("cloister,use-case", ""), "no use case is given", UseCase.NONE);
    }

    @Test
    void refusesTheUseCaseOfUnrestrictedMemory() {
        refused(node -> node.strings("cloister,use-case", "none"), "it says none", UseCase.NONE);
    }

    @Test
    void refusesAnUnknownUseCaseWithoutAnId() {
        refused(node -> node.strings("cloister,use-case", "drm-keys"), "drm-keys", UseCase.NONE);
    }

    @ParameterizedTest
    @CsvSource({"secure-video, 2", "secure-video, 300", "own, 0", "own, 2", "own, 255", "Own, 300", "o wn, 300",
        "own, 4294967295"})
    void refusesUseCaseIdsThatCannotBe(String name, long id) {
        refused(node -> node.strings("cloister,use-case", name).cells("cloister,use-case-id", id), NODE, UseCase.NONE);
    }

    @Test
    void complainsOfAHeapNameThatNobodyCouldAskFor() {
        for (String name : new String[] {"with space", "with/slash", "tab\t"}) {
            Survey survey = survey(new TreeFixture().video(node -> node.strings("cloister,heap-name", name)));
            assertThat(survey.offers()).isEmpty();
            assertThat(survey.carveOuts()).isEmpty();
            assertThat(survey.complaints()).singleElement().asString().startsWith(NODE).contains(name);
        }
    }

    @Test
    void complainsOfANodeWithNeitherHeapNorUseCase() {
        Survey survey = survey(new TreeFixture()
                .video(node -> node.strings("cloister,heap-name", "").strings("cloister,use-case", ""))
                .node("more@1", node -> node.strings("cloister,heap-name", "")));
        assertThat(survey.offers()).isEmpty();
        assertThat(survey.complaints()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void complainsOfAPropertyThatIsNoString() {
        Survey survey = survey(new TreeFixture().video(node -> node.bytes("cloister,heap-name", (byte) 1, (byte) 2)));
        assertThat(survey.offers()).isEmpty();
        assertThat(survey.complaints()).singleElement().asString().startsWith(NODE);
    }

    @Test
    void refusesAllWhenReservedMemoryIsDamaged() {
        Survey survey = survey(new TreeFixture().video(node -> {})
                .node("broken@1", node -> node.bytes("reg", new byte[7])));
        refused(survey, "the device tree is damaged");
    }

    @Test
    void servesWhatAConfigurationDeclares() {
        DeviceTree bare = new TreeFixture().node("video@90000000", node -> node.reg(new AddressRange(BASE, SIZE))
                .flag("no-map")).build();
        Survey survey = Survey.of(bare, List.of(configured("/reserved-memory/video", "secure-video", "gpu:rw")));
        assertThat(survey.carveOuts().get(VIDEO)).isEqualTo(new CarveOut(NODE, new AddressRange(BASE, SIZE), VIDEO,
                UseCase.SECURE_VIDEO, Map.of("gpu", Access.READ_WRITE)));
    }

    @Test
    void aConfigurationWinsOverTheTree() {
        DeviceTree tree = new TreeFixture().video(node -> {}).build();
        Survey survey = Survey.of(tree, List.of(configured(NODE, "trusted-ui", "display:r")));
        assertThat(survey.offers()).containsExactly(PoolOffer.serve(UseCase.TRUSTED_UI));
    }

    @Test
    void refusesTwoConfigurationsOfOneNode() {
        DeviceTree tree = new TreeFixture().video(node -> {}).build();
        Survey survey = Survey.of(tree, List.of(configured(NODE, "secure-video", "gpu:rw"),
                configured("/reserved-memory/video", "trusted-ui", "gpu:rw")));
        assertThat(survey.carveOuts()).isEmpty();
        assertThat(survey.offers()).hasSize(2).allSatisfy(offer ->
                assertThat(offer.refusal().orElseThrow().why()).contains("several configurations"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reserved-memory/nothing", "/soc/video@90000000", "", "/", "/reserved-memory", "video"})
    void refusesNodesThatAreNotThere(String path) {
        DeviceTree tree = new TreeFixture().node("video@90000000", node -> node.reg(new AddressRange(BASE, SIZE)))
                .build();
        refused(Survey.of(tree, List.of(configured(path, "secure-video", "gpu:rw"))), "no such node");
    }

    private static Declaration configured(String node, String useCase, String... grants) {
        return new Declaration(node, "", useCase, OptionalInt.empty(), List.of(grants));
    }

    private static Survey survey(TreeFixture tree) {
        return Survey.of(tree.build(), List.of());
    }

    private static void refused(Consumer<NodeBuilder> change, String why) {
        refused(change, why, UseCase.SECURE_VIDEO);
    }

    private static void refused(Consumer<NodeBuilder> change, String why, UseCase useCase) {
        Survey survey = survey(new TreeFixture().video(change));
        refused(survey, why);
        assertThat(survey.offers().getFirst().useCase()).isEqualTo(useCase);
    }

    private static void refused(Survey survey, String why) {
        assertThat(survey.carveOuts()).isEmpty();
        assertThat(survey.offers()).singleElement().satisfies(offer -> {
            assertThat(offer.heap()).isEqualTo(VIDEO);
            assertThat(offer.refusal().orElseThrow().why()).contains(why);
            assertThat(offer.refusal().orElseThrow().remedy()).isNotBlank();
        });
        assertThat(survey.complaints()).singleElement().asString().contains(why);
    }
}
