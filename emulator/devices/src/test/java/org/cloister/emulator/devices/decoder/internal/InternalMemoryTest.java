// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.device.MemoryRange;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The memory that the decoder asks for, and works in. */
class InternalMemoryTest extends DecoderOnBoard {
    private static final int LOOKS = 200;

    @Test
    void asksForARingFirstAndForTheRestWhenItKnowsTheSize() {
        try (Client client = client("small.h264")) {
            client.offerSlots();
            client.play("small.h264");

            InternalNeed ring = new InternalNeed(InternalMemory.BITSTREAM_RING, 64 << 10, 1);
            assertThat(client.seen).filteredOn(DecoderEvent.MemoryWanted.class::isInstance).containsExactly(
                    new DecoderEvent.MemoryWanted(List.of(ring)),
                    new DecoderEvent.MemoryWanted(List.of(ring,
                            new InternalNeed(InternalMemory.MOTION_VECTORS, 2 * 4 * 3 * 128, 1),
                            new InternalNeed(InternalMemory.RECONSTRUCTION, 64 * 48 * 3 / 2, 3))));
        }
    }

    /** Each piece that is lent, and is of no use, has it look at its queue; the unit comes between two looks at last. */
    @RepeatedTest(20)
    void aUnitThatComesWhileItLooksWaitsForMemoryToo() {
        try (Client client = client("small.h264")) {
            client.lends = false;
            for (int i = 0; i < LOOKS; i++) {
                client.session.lend(i, InternalMemory.MOTION_VECTORS, List.of(new MemoryRange(Client.INTERNAL, 16)));
            }
            client.session.queueBitstream(0, List.of(new MemoryRange(Client.INPUT, 16)), 0);

            assertThat(client.await(event -> !(event instanceof DecoderEvent.MemoryReturned)))
                    .isInstanceOf(DecoderEvent.MemoryWanted.class);
        }
    }

    @Test
    void theCoreForHevcKeepsMotionToItself() {
        try (Client client = client("main.hevc")) {
            client.offerSlots();
            client.play("main.hevc");

            assertThat(client.needs()).extracting(InternalNeed::purpose)
                    .containsExactly(InternalMemory.BITSTREAM_RING, InternalMemory.RECONSTRUCTION);
        }
    }

    @Test
    void bitstreamAndPicturesAreInTheMemoryThatItWasLent() {
        byte[] unit = Streams.accessUnits("small.h264").getFirst();
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.feed(unit, 0);
            client.await(DecoderEvent.FrameDone.class);

            assertThat(memory.bytes(client.place(InternalMemory.BITSTREAM_RING), unit.length)).isEqualTo(unit);
            assertThat(client.places.values()).anySatisfy(place -> assertThat(
                    Client.md5(memory.bytes(place, 64 * 48 * 3 / 2))).isEqualTo(Streams.reference("small").getFirst()));
        }
    }

    @Test
    void theRingGoesRound() {
        List<byte[]> units = Streams.accessUnits("high-bframes.h264");
        long bytes = units.stream().mapToLong(unit -> unit.length).sum();
        try (Client client = client("high-bframes.h264", true)) {
            client.offerSlots();
            int rounds = (int) ((64 << 10) / bytes + 2);
            for (int i = 0; i < rounds; i++) {
                client.feed(units);
                client.drain();
            }

            assertThat(rounds * bytes).isGreaterThan(64 << 10);
            assertThat(client.pictures).hasSize(rounds * 25);
            assertThat(client.pictures.subList(client.pictures.size() - 25, client.pictures.size()))
                    .isEqualTo(Streams.reference("high-bframes"));
        }
    }

    @Test
    void motionIsInTheMemoryThatItWasLent() {
        try (Client client = client("high-bframes.h264", true)) {
            client.offerSlots();
            client.play("high-bframes.h264");

            byte[] fields = memory.bytes(client.place(InternalMemory.MOTION_VECTORS), 2 * 7 * 5 * 128);
            int moved = 0;
            for (byte part : fields) {
                moved += part == 0 ? 0 : 1;
            }
            assertThat(moved).isGreaterThan(100);
        }
    }

    @Test
    void motionIsKeptAndAPictureWhosePredecessorsMotionWasChangedIsDamaged() {
        List<byte[]> units = Streams.accessUnits("small.h264");
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            for (int i = 0; i < 4; i++) {
                client.feed(units.get(i), i);
                assertThat(picture(client).damaged()).isFalse();
            }
            byte[] noise = new byte[2 * 4 * 3 * 128];
            Arrays.fill(noise, (byte) 0x5a);
            memory.put(client.place(InternalMemory.MOTION_VECTORS), noise);
            client.feed(units.get(4), 4);
            assertThat(picture(client).damaged()).isTrue();
            client.feed(units.get(5), 5);
            assertThat(picture(client).damaged()).isFalse();
        }
    }

    private static DecoderEvent.FrameDone picture(Client client) {
        return client.await(DecoderEvent.FrameDone.class);
    }

    @Test
    void waitsUntilAllOfItIsLent() {
        byte[] unit = Streams.accessUnits("small.h264").getFirst();
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.lends = false;
            client.queue(unit, 7);
            client.await(DecoderEvent.MemoryWanted.class);
            assertThat(client.hasPendingEvents()).isFalse();
            client.lendAll();
            client.await(new DecoderEvent.BitstreamDone(7)::equals);

            client.session.drain();
            client.await(DecoderEvent.MemoryWanted.class);
            client.await(DecoderEvent.SourceChange.class);
            for (InternalNeed need : client.needs()) {
                assertThat(client.hasPendingEvents()).isFalse();
                if (need.purpose() != InternalMemory.RECONSTRUCTION) {
                    continue;
                }
                client.lend(1, need, Client.INTERNAL + 0x2_0000);
                client.lend(2, need, Client.INTERNAL + 0x3_0000);
            }
            assertThat(client.pictures).isEmpty();
            client.lendAll();
            client.await(DecoderEvent.Drained.class);
            assertThat(client.pictures).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(InternalMemory.class)
    void whatIsTakenBackComesBackAndWorkGoesOnWhereItIsLentAgain(InternalMemory purpose) {
        List<byte[]> units = Streams.accessUnits("small.h264");
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.feed(units.subList(0, 5));
            long cookie = client.lent.entrySet().stream().filter(piece -> piece.getValue().purpose() == purpose)
                    .findFirst().orElseThrow().getKey();
            InternalNeed need = client.lent.get(cookie);
            byte[] content = memory.bytes(client.places.get(cookie), need.size());
            client.session.takeBack(cookie);
            client.session.takeBack(cookie);
            client.session.takeBack(4711);
            client.await(new DecoderEvent.MemoryReturned(cookie)::equals);
            byte[] others = new byte[content.length];
            Arrays.fill(others, (byte) 0x77);
            memory.put(client.places.get(cookie), others);

            long moved = Client.INTERNAL + 0x8_0000;
            memory.put(moved, content);
            client.lend(5, need, moved);
            for (int i = 5; i < units.size(); i++) {
                client.feed(units.get(i), i);
            }
            client.drain();
            assertThat(client.pictures).isEqualTo(Streams.reference("small"));
            assertThat(client.seen).noneMatch(event -> event instanceof DecoderEvent.FrameDone done && done.damaged());
            assertThat(client.seen).filteredOn(new DecoderEvent.MemoryReturned(cookie)::equals).hasSize(1);
            assertThat(memory.bytes(client.places.get(cookie), others.length)).as("somebody else's now").isEqualTo(others);
        }
    }

    @ParameterizedTest
    @EnumSource(InternalMemory.class)
    void memoryThatItHasNoRightToHaltsIt(InternalMemory purpose) {
        byte[] unit = Streams.accessUnits("small.h264").getFirst();
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.lends = false;
            client.queue(unit, 7);
            client.session.drain();
            client.await(DecoderEvent.MemoryWanted.class);
            lendAllBut(purpose, client);
            if (purpose != InternalMemory.BITSTREAM_RING) {
                client.await(DecoderEvent.SourceChange.class);
                lendAllBut(purpose, client);
            }
            DecoderEvent.Blocked blocked = client.await(DecoderEvent.Blocked.class);

            assertThat(blocked.fault().address()).isBetween(0x3c_0000L, 0x3f_ffffL);
            assertThat(client.pictures).isEmpty();
            assertThat(client.lent).as("all memory was returned").isEmpty();
        }
    }

    /** Memory for {@code purpose} is where the device has no rights. */
    private static void lendAllBut(InternalMemory purpose, Client client) {
        for (InternalNeed need : client.needs()) {
            if (need.purpose() == purpose) {
                for (int i = 0; i < need.count(); i++) {
                    client.lend(10 + i, need, 0x3c_0000L + i * 0x8000L);
                }
            }
        }
        client.lendAll();
    }

    @Test
    void returnsWhatIsOfNoUse() {
        byte[] unit = Streams.accessUnits("main.hevc").getFirst();
        try (Client client = client("main.hevc")) {
            client.session.lend(1, InternalMemory.MOTION_VECTORS, List.of(new MemoryRange(Client.INTERNAL, 4096)));
            client.await(new DecoderEvent.MemoryReturned(1)::equals);
            client.lends = false;
            client.queue(unit, 7);
            client.await(DecoderEvent.MemoryWanted.class);
            client.session.lend(2, InternalMemory.BITSTREAM_RING,
                    List.of(new MemoryRange(Client.INTERNAL, (64 << 10) - 1)));
            client.await(new DecoderEvent.MemoryReturned(2)::equals);
            client.lendAll();
            client.session.lend(3, InternalMemory.BITSTREAM_RING,
                    List.of(new MemoryRange(Client.INTERNAL + 0x4_0000, 64 << 10)));
            client.await(new DecoderEvent.MemoryReturned(3)::equals);
            assertThat(client.lent).hasSize(1);
        }
    }

    @Test
    void aChangeOfSizeReturnsWhatIsTooSmallBeforeItAsksForMore() {
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.play("small.h264");
            int before = client.seen.size();
            client.play("high-bframes.h264");

            List<DecoderEvent> change = client.seen.subList(before, client.seen.size()).stream()
                    .filter(event -> event instanceof DecoderEvent.MemoryReturned
                            || event instanceof DecoderEvent.MemoryWanted || event instanceof DecoderEvent.SourceChange)
                    .toList();
            assertThat(change).hasSize(4 + 2);
            assertThat(change.subList(0, 4)).allMatch(DecoderEvent.MemoryReturned.class::isInstance);
            assertThat(change.get(4)).isInstanceOf(DecoderEvent.MemoryWanted.class);
            assertThat(change.get(5)).isInstanceOf(DecoderEvent.SourceChange.class);
            assertThat(client.pictures.subList(10, 35)).isEqualTo(Streams.reference("high-bframes"));
        }
    }

    @Test
    void flushReturnsIt() {
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.play("small.h264");
            client.lends = false;
            client.session.flush();
            client.await(DecoderEvent.Flushed.class);
            assertThat(client.lent).isEmpty();

            client.lends = true;
            client.lendAll();
            client.offerSlots();
            client.play("small.h264");
            assertThat(client.pictures.subList(10, 20)).isEqualTo(Streams.reference("small"));
        }
    }
}
