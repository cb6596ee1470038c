// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.Protection;
import org.cloister.driver.codec.internal.InternalBuffer.Place;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.driver.DeviceImporter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The table of an internal buffer, pair by pair. */
class InternalBufferTest {
    private static final Map<Place, Set<Place>> TABLE = new EnumMap<>(Map.of(
            Place.IDLE, EnumSet.of(Place.DEVICE, Place.RELEASED),
            Place.DEVICE, EnumSet.of(Place.IDLE, Place.RELEASED),
            Place.RELEASED, EnumSet.noneOf(Place.class)));

    private final TestBoard board = new TestBoard().serveVideo();
    private final CodecDriverComponent driver = new CodecDriverComponent(board.decoder(), board.firmware(),
            board.core().heaps("driver"), board.core().importers("driver"), TestBoard.VIDEO,
            TestBoard.PATIENCE);

    @AfterEach
    void switchOff() {
        driver.closeAll();
        board.close();
    }

    @Test
    void goesWhereTheTableSaysAndNowhereElse() {
        for (Place from : Place.values()) {
            for (Place to : Place.values()) {
                InternalBuffer buffer = in(from);
                if (TABLE.get(from).contains(to)) {
                    go(buffer, to);
                    assertThat(buffer.place()).isEqualTo(to);
                    assertThat(buffer.away().isSignalled()).isEqualTo(to != Place.DEVICE);
                } else {
                    assertThatExceptionOfType(IllegalStateException.class).as("%s to %s", from, to)
                            .isThrownBy(() -> go(buffer, to));
                    assertThat(buffer.place()).isEqualTo(from);
                }
                if (buffer.place() != Place.RELEASED) {
                    buffer.release();
                }
            }
        }
        assertThat(board.core().heaps("client").find(TestBoard.VIDEO).orElseThrow().usage().buffers()).isZero();
    }

    private InternalBuffer in(Place place) {
        InternalBuffer buffer = new InternalBuffer(InternalMemory.RECONSTRUCTION, new OwnBuffer(
                new HeapSource(board.core().heaps("driver"), board.core().importers("driver"), TestBoard.VIDEO),
                "test", 4096, (DeviceImporter) driver.internalImporter(Protection.PROTECTED)));
        if (place != Place.IDLE) {
            go(buffer, place);
        }
        return buffer;
    }

    private static void go(InternalBuffer buffer, Place to) {
        switch (to) {
            case IDLE -> buffer.returned();
            case DEVICE -> assertThat(buffer.lend(1)).isPresent();
            case RELEASED -> buffer.release();
        }
    }
}
