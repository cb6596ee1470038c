// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.platform.dt.Trees.assertMalformed;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructureScannerTest {
    private static RawTree tree() {
        return new RawTree();
    }

    @Test
    void nopsAreSkippedEverywhere() {
        DeviceTree tree = tree().nop().begin("").nop().nop().property(0, "00").nop().begin("a").nop().endNode().nop()
                .begin("b").endNode().endNode().nop().end().read();

        assertThat(tree.nodes()).extracting(Node::path).containsExactly("/", "/a", "/b");
        assertThat(tree.root().properties()).extracting(Property::name).containsExactly("reg");
    }

    @Test
    void namesMayShareTheTailOfAnother() {
        DeviceTree tree = tree().strings("device_type\0").begin("").property(7, "").endNode().end().read();

        assertThat(tree.root().properties()).extracting(Property::name).containsExactly("type");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 8, 10, 0x01000000, -1})
    void unknownToken(int token) {
        RawTree tree = tree().begin("");
        int at = tree.here();

        assertMalformed(at, "there is no token", () -> tree.word(token).endNode().end().read());
    }

    @Test
    void emptyBlock() {
        assertMalformed(tree().here(), "a token is due", () -> tree().read());
    }

    @Test
    void noRoot() {
        assertMalformed(tree().here(), "without a root", () -> tree().end().read());
    }

    @Test
    void secondRoot() {
        RawTree tree = tree().begin("").endNode();
        int at = tree.here();

        assertMalformed(at, "second root", () -> tree.begin("").endNode().end().read());
    }

    @Test
    void rootWithAName() {
        assertMalformed(tree().here() + 4, "the root node has a name", () -> tree().begin("x").endNode().end().read());
    }

    @Test
    void otherNodeWithoutAName() {
        RawTree tree = tree().begin("");
        int at = tree.here();

        assertMalformed(at + 4, "no name", () -> tree.begin("").endNode().endNode().end().read());
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc/", "abc\n", "abc\u001b[2J", "abc\u007f", "abc\u00e4"})
    void nodeNameWithAWrongByte(String name) {
        RawTree tree = tree().begin("");
        int at = tree.here();

        assertMalformed(at + 4 + 3, "the name of a node has the byte",
                () -> tree.begin(name).endNode().endNode().end().read());
    }

    @Test
    void nodeNameThatDoesNotEnd() {
        RawTree tree = tree().begin("").word(Fdt.BEGIN_NODE);
        int at = tree.here();

        assertMalformed(at, "inside the name of a node", () -> tree.text("abcd").read());
    }

    @Test
    void nodeNameThatEndsInTheStringsOnly() {
        RawTree tree = tree().begin("").word(Fdt.BEGIN_NODE);
        int at = tree.here();

        assertMalformed(at, "inside the name of a node", () -> tree.read());
    }

    @Test
    void endOfNoNode() {
        RawTree tree = tree().begin("").endNode();
        int at = tree.here();

        assertMalformed(at, "where none is open", () -> tree.endNode().end().read());
    }

    @Test
    void endOfTheTreeInsideANode() {
        RawTree tree = tree().begin("").begin("a");
        int at = tree.here();

        assertMalformed(at, "with 2 nodes open", () -> tree.end().read());
    }

    @Test
    void missingEnd() {
        RawTree tree = tree().begin("").endNode();

        assertMalformed(tree.here(), "a token is due", tree::read);
    }

    @Test
    void wordsAfterTheEnd() {
        RawTree tree = tree().begin("").endNode().end();
        int at = tree.here();

        assertMalformed(at, "goes on for 4 bytes", () -> tree.nop().read());
    }

    @Test
    void propertyBeforeTheRoot() {
        assertMalformed(tree().here(), "outside of the root", () -> tree().property(0, "").begin("").read());
    }

    @Test
    void propertyBehindTheRoot() {
        RawTree tree = tree().begin("").endNode();
        int at = tree.here();

        assertMalformed(at, "outside of the root", () -> tree.property(0, "").end().read());
    }

    @Test
    void propertyBehindAChild() {
        RawTree tree = tree().begin("").begin("a").endNode();
        int at = tree.here();

        assertMalformed(at, "after a child node", () -> tree.property(0, "").endNode().end().read());
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 0x7fffffff, 0x80000000, -1})
    void propertyThatLeavesTheBlock(int length) {
        RawTree tree = tree().begin("").word(Fdt.PROP);
        int at = tree.here();

        assertMalformed(at, "leaves the structure block, which has 8 left",
                () -> tree.word(length).word(0).endNode().end().read());
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 0x7fffffff, 0x80000000, -1})
    void propertyNameOutsideTheStrings(int offset) {
        RawTree tree = tree().begin("").word(Fdt.PROP).word(0);
        int at = tree.here();

        assertMalformed(at, "does not end in it", () -> tree.word(offset).endNode().end().read());
    }

    @Test
    void propertyNameThatDoesNotEnd() {
        RawTree tree = tree().strings("reg\0status").begin("").word(Fdt.PROP).word(0);
        int at = tree.here();

        assertMalformed(at, "does not end in it", () -> tree.word(4).endNode().end().read());
    }

    @Test
    void propertyWithoutAName() {
        RawTree tree = tree().begin("").word(Fdt.PROP).word(0);
        int at = tree.here();

        assertMalformed(at, "has no name", () -> tree.word(3).endNode().end().read());
    }

    @Test
    void propertyInATreeWithoutStrings() {
        RawTree tree = tree().strings("").begin("").word(Fdt.PROP).word(0);
        int at = tree.here();

        assertMalformed(at, "does not end in it", () -> tree.word(0).endNode().end().read());
    }

    @Test
    void propertyNameWithAWrongByte() {
        RawTree tree = tree().strings("re\tg\0").begin("").property(0, "").endNode().end();

        assertMalformed(tree.here() + 2, "the byte 0x09", tree::read);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void propertyHeaderThatIsCutOff(int words) {
        RawTree tree = tree().begin("");
        for (int i = 0; i < words; i++) {
            tree.word(i == 0 ? Fdt.PROP : 0);
        }

        assertMalformed(tree.here(), "of a property is due", tree::read);
    }

    @Test
    void blockThatEndsInAToken() {
        byte[] blob = tree().begin("").endNode().end().bytes();
        ByteBuffer.wrap(blob).putInt(Fdt.STRUCTURE_SIZE_AT, 14);

        assertMalformed(tree().here() + 12, "a token is due", () -> DeviceTree.read(blob));
    }

    @Test
    void sixtyFourLevelsAndNoMore() {
        assertThat(nested(64).read().nodes()).hasSize(64);
        RawTree deeper = nested(65);

        assertMalformed(deeper.structureAt() + 64 * 8, "deeper than 64 levels", deeper::read);
    }

    private static RawTree nested(int levels) {
        RawTree tree = tree().begin("");
        for (int i = 1; i < levels; i++) {
            tree.begin("a");
        }
        for (int i = 0; i < levels; i++) {
            tree.endNode();
        }
        return tree.end();
    }

    @Test
    void manyNodesAndProperties() {
        RawTree tree = tree().begin("");
        for (int i = 0; i < 1000; i++) {
            tree.begin("n" + i).property(0, "00112233").endNode();
        }
        DeviceTree read = tree.endNode().end().read();

        assertThat(read.root().children()).hasSize(1000);
        assertThat(read.nodes().skip(1)).allMatch(node -> node.property("reg").orElseThrow().u32() == 0x00112233);
    }
}
