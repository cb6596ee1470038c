// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTreeTest {
    private final DeviceTree tree = Trees.tree();

    /** A blob written out by hand, so that reader and writer cannot agree on the same mistake. */
    @Test
    void literalBlob() {
        byte[] blob = HexFormat.of().parseHex(String.join("",
                "d00dfeed", "000000a0", "00000048", "00000090", "00000028", "00000011", "00000010", "00000000",
                "0000000f", "00000048",
                "0000000080000000", "0000000000010000", "0000000000000000", "0000000000000000",
                "00000001", "00000000",
                "00000003", "00000004", "00000000", "0000002a",
                "00000004",
                "00000001", "63707540", "31000000",
                "00000003", "00000005", "00000008", "6661696c", "00000000",
                "00000002",
                "00000002",
                "00000009",
                "7068616e646c6500", "73746174757300", "00"));

        DeviceTree read = DeviceTree.read(blob);

        assertThat(read.reservations()).containsExactly(new AddressRange(0x8000_0000L, 0x10000));
        assertThat(read.byPhandle(42)).contains(read.root());
        assertThat(read.find("/cpu@1").orElseThrow().status()).isEqualTo("fail");
        assertThat(read.bootCpu()).isZero();
    }

    @Test
    void nodesComeInTheOrderOfTheBlob() {
        assertThat(tree.nodes()).extracting(Node::path).containsExactly("/", "/reserved-memory",
                "/reserved-memory/linux,cma", "/reserved-memory/video@58000000", "/reserved-memory/log@120000000",
                "/soc", "/soc/codec@fd700000", "/soc/codec@fd710000");
    }

    @ParameterizedTest
    @CsvSource({
        "/, /", "//, /", "/soc, /soc", "/soc/, /soc", "/soc/codec@fd710000, /soc/codec@fd710000",
        "/soc/codec, /soc/codec@fd700000", "/reserved-memory/video, /reserved-memory/video@58000000"})
    void pathsThatAreFound(String path, String found) {
        assertThat(tree.find(path)).map(Node::path).contains(found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soc", "/so", "/socs", "/soc/codec@", "/soc/codec@fd70000", "/soc/codec/x", "/codec"})
    void pathsThatAreNot(String path) {
        assertThat(tree.find(path)).isEmpty();
    }

    @Test
    void phandles() {
        assertThat(tree.byPhandle(7)).map(Node::name).contains("video@58000000");
        assertThat(tree.byPhandle(0)).isEmpty();
        assertThat(tree.byPhandle(9)).isEmpty();
    }

    @Test
    void compatibleStrings() {
        assertThat(tree.compatibleWith("vendor,chip")).extracting(Node::path).containsExactly("/");
        assertThat(tree.compatibleWith("vendor,codec")).extracting(Node::name).containsExactly("codec@fd700000");
        assertThat(tree.compatibleWith("vendor")).isEmpty();
    }

    @Test
    void bootCpuIsUnsigned() {
        byte[] blob = new DeviceTreeBuilder().bootCpu(0xffff_ffffL).build();

        assertThat(DeviceTree.read(blob).bootCpu()).isEqualTo(0xffff_ffffL);
    }

    @Test
    void ofTwoOfOneNameTheFirstIsFound() {
        DeviceTree twice = new RawTree().begin("").property(4, "6f6b00").property(4, "00")
                .begin("a").property(4, "6100").endNode().begin("a").endNode().endNode().end().read();

        assertThat(twice.root().status()).isEqualTo("ok");
        assertThat(twice.root().properties()).hasSize(2);
        assertThat(twice.find("/a")).map(Node::status).contains("a");
    }
}
