// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.driver.codec.internal.PictureBuffer.Place.CLIENT;
import static org.cloister.driver.codec.internal.PictureBuffer.Place.DEVICE;
import static org.cloister.driver.codec.internal.PictureBuffer.Place.IDLE;
import static org.cloister.driver.codec.internal.PictureBuffer.Place.RELEASED;
import static org.cloister.driver.codec.internal.PictureBuffer.Place.WAITING;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.Protection;
import org.cloister.driver.codec.internal.PictureBuffer.Place;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.platform.driver.DeviceImporter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pair of places: the table of {@link PictureBuffer}, and that all else is illegal. */
class PictureBufferTest {
    /** The table, written down a second time. */
    private static final Map<Place, Set<Place>> TABLE = new EnumMap<>(Map.of(
            IDLE, Set.of(WAITING, RELEASED),
            WAITING, Set.of(DEVICE, IDLE, RELEASED),
            DEVICE, Set.of(CLIENT, IDLE, RELEASED),
            CLIENT, Set.of(IDLE, RELEASED),
            RELEASED, Set.of()));
    /** The shortest way to each place. */
    private static final Map<Place, List<Place>> WAYS = new EnumMap<>(Map.of(
            IDLE, List.of(),
            WAITING, List.of(WAITING),
            DEVICE, List.of(WAITING, DEVICE),
            CLIENT, List.of(WAITING, DEVICE, CLIENT),
            RELEASED, List.of(RELEASED)));

    private final TestBoard board = new TestBoard().serveVideo();
    private final Heaps heaps = board.core().heaps("driver");
    private final Importers importers = board.core().importers("driver");
    private final DeviceImporter importer = (DeviceImporter) new CodecDriverComponent(board.decoder(), board.firmware(),
            heaps, importers, TestBoard.VIDEO, TestBoard.PATIENCE).pictureImporter(Protection.PROTECTED);

    @AfterEach
    void switchOff() {
        board.close();
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(Place.values())
                .flatMap(from -> Arrays.stream(Place.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void followsItsTable(Place from, Place to) {
        DmaBuf memory = heaps.find(TestBoard.VIDEO).orElseThrow().allocate(4096);
        PictureBuffer buffer = new PictureBuffer(importer, memory, importers.attach(memory, importer, Access.WRITE));
        WAYS.get(from).forEach(buffer::move);
        assertThat(buffer.place()).isEqualTo(from);

        if (TABLE.get(from).contains(to)) {
            buffer.move(to);
            assertThat(buffer.place()).isEqualTo(to);
        } else {
            assertThatIllegalStateException().isThrownBy(() -> buffer.move(to))
                    .withMessage("buffer %d is %s and cannot become %s", memory.id(), from, to);
            assertThat(buffer.place()).isEqualTo(from);
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void givesItsMemoryBackOnceFromAnywhere(Place from) {
        DmaBuf memory = heaps.find(TestBoard.VIDEO).orElseThrow().allocate(4096);
        PictureBuffer buffer = new PictureBuffer(importer, memory, importers.attach(memory, importer, Access.WRITE));
        WAYS.get(from).forEach(buffer::move);

        buffer.release();
        buffer.release();
        assertThat(buffer.place()).isEqualTo(RELEASED);
        assertThat(board.core().open("driver")).containsExactly(0, 0);
    }

    static Stream<Place> places() {
        return Arrays.stream(Place.values()).filter(place -> place != RELEASED);
    }
}
