// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Blobs that are well formed, and made to cost a reader dearly. */
class DeviceTreeHostileTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void manyReferencesToOneLongName() {
        RawTree raw = new RawTree().strings("x".repeat(4_000_000) + "\0").begin("");
        for (int i = 0; i < 300_000; i++) {
            raw.word(Fdt.PROP).word(0).word(i);
        }
        raw.endNode().end();

        assertTimeoutPreemptively(SOON, () -> {
            Node root = raw.read().root();
            assertThat(root.property("reg")).isEmpty();
            assertThat(root.properties()).hasSize(300_000);
        });
    }

    @Test
    void aMillionNodes() {
        RawTree raw = new RawTree().begin("");
        for (int i = 0; i < 1_000_000; i++) {
            raw.begin("a").endNode();
        }
        raw.endNode().end();

        assertTimeoutPreemptively(SOON, () -> {
            DeviceTree tree = raw.read();
            assertThat(tree.find("/a")).isPresent();
            assertThat(tree.find("/b")).isEmpty();
            assertThat(tree.byPhandle(1)).isEmpty();
        });
    }
}
