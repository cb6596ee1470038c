// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.MemoryRange;
import org.junit.jupiter.api.Test;

/** What the decoder runs, and what it may touch in protected mode. */
class DecoderFirmwareTest extends DecoderOnBoard {
    private static final int SIZE = DecoderFirmwareFile.SIZE;
    private static final MemoryRange PLACE = new MemoryRange(Client.FIRMWARE, SIZE);

    @Test
    void inProtectedModeItTakesRestrictedMemoryOnly() {
        MemoryRange normal = new MemoryRange(Client.INPUT, 0x1000);
        DecoderFirmware firmware = decoder.newFirmware(true);
        memory.put(Client.IMAGE, DecoderFirmwareFile.image());
        assertRefused(HeapError.NOT_PERMITTED, "is not restricted memory",
                () -> firmware.load(List.of(new MemoryRange(Client.IMAGE, SIZE)), List.of(normal)));
        Client.load(firmware, memory);
        try (Client client = new Client(decoder, memory, Streams.format("small.h264"), firmware)) {
            for (InternalMemory purpose : InternalMemory.values()) {
                assertRefused(HeapError.NOT_PERMITTED, "is not restricted memory",
                        () -> client.session.lend(1, purpose, List.of(PLACE, normal)));
            }
            assertRefused(HeapError.NOT_PERMITTED, "is not restricted memory",
                    () -> client.session.queueFrame(1, List.of(normal)));
        }
        try (Client client = client("small.h264")) {
            client.session.lend(1, InternalMemory.BITSTREAM_RING, List.of(normal));
            client.session.queueFrame(1, List.of(normal));
        }
    }

    @Test
    void writesNothingInProtectedModeThatIsNotRestrictedAnyMore() {
        List<byte[]> units = Streams.accessUnits("small.h264");
        try (Client client = client("small.h264", true)) {
            client.offerSlots();
            client.feed(units.getFirst(), 0);
            client.await(DecoderEvent.FrameDone.class);
            byte[] before = memory.bytes(Client.INTERNAL, Client.INTERNAL_SIZE);
            restricted.set(_ -> false);
            client.queue(units.get(1), 1);
            DecoderEvent.Blocked blocked = client.await(DecoderEvent.Blocked.class);

            assertThat(blocked.fault().region()).isEqualTo("protected mode");
            assertThat(memory.bytes(Client.INTERNAL, Client.INTERNAL_SIZE)).isEqualTo(before);
        }
    }

    @Test
    void bootsNoOtherImage() {
        DecoderFirmware firmware = decoder.newFirmware(false);
        byte[] damaged = DecoderFirmwareFile.image();
        for (int at : new int[] {0, 20, SIZE - 1}) {
            damaged[at] ^= 1;
            memory.put(Client.IMAGE, damaged);
            assertRefused(HeapError.INVALID_ARGUMENT, "its digest is not the one in the fuses",
                    () -> firmware.load(List.of(new MemoryRange(Client.IMAGE, SIZE)), List.of(PLACE)));
            assertThat(memory.bytes(Client.FIRMWARE, SIZE)).as("nothing is put in place").containsOnly(0);
            damaged[at] ^= 1;
        }
        memory.put(Client.IMAGE, damaged);
        assertRefused(HeapError.INVALID_ARGUMENT, "are no image in its place",
                () -> firmware.load(List.of(new MemoryRange(Client.IMAGE, SIZE - 16)), List.of(PLACE)));
        assertRefused(HeapError.INVALID_ARGUMENT, "are no image in its place",
                () -> firmware.load(List.of(new MemoryRange(Client.IMAGE, SIZE)),
                        List.of(new MemoryRange(Client.FIRMWARE, SIZE - 1))));
        assertRefused(HeapError.INVALID_ARGUMENT, "cannot follow", () -> firmware.load(List.of(), List.of(PLACE)));
        assertRefused(HeapError.FAULT, "blocked",
                () -> firmware.load(List.of(new MemoryRange(0x1000, SIZE)), List.of(PLACE)));
        assertRefused(HeapError.FAULT, "blocked", () -> firmware.load(
                List.of(new MemoryRange(Client.IMAGE, SIZE)), List.of(new MemoryRange(Client.INPUT, SIZE))));
        firmware.close();
        assertRefused(HeapError.CLOSED, "the place is closed", () -> Client.load(firmware, memory));
    }

    @Test
    void waitsForItsFirmware() {
        List<byte[]> units = Streams.accessUnits("small.h264");
        DecoderFirmware firmware = decoder.newFirmware(true);
        try (Client client = new Client(decoder, memory, Streams.format("small.h264"), firmware)) {
            client.offerSlots();
            client.queue(units.getFirst(), 0);
            assertThat(client.hasPendingEvents()).isFalse();
            Client.load(firmware, memory);
            client.await(new DecoderEvent.BitstreamDone(0)::equals);

            firmware.unload();
            memory.grant(Client.FIRMWARE, SIZE, Access.NONE);
            client.queue(units.getFirst(), 1);
            memory.grant(Client.FIRMWARE, SIZE, Access.READ_WRITE);
            Client.load(firmware, memory);
            client.await(new DecoderEvent.BitstreamDone(1)::equals);
            assertThat(client.seen).noneMatch(DecoderEvent.Blocked.class::isInstance);
        }
    }

    @Test
    void firmwareThatWasChangedInMemoryStopsIt() {
        List<byte[]> units = Streams.accessUnits("small.h264");
        try (Client client = client("small.h264")) {
            client.offerSlots();
            client.feed(units.getFirst(), 0);
            client.await(DecoderEvent.FrameDone.class);
            memory.put(Client.FIRMWARE + 16, new byte[16]);
            client.session.queueBitstream(1, List.of(new MemoryRange(Client.INPUT, 64)), 1);
            DecoderEvent.Halted halted = client.await(DecoderEvent.Halted.class);

            assertThat(halted.error()).isEqualTo(HeapError.FAULT);
            assertThat(halted.reason()).contains("the firmware was changed in memory");
        }
    }

    @Test
    void runsOnItsOwnFirmwareOnly() {
        try (VideoDecoderModel other = newDecoder()) {
            DecoderFirmware firmware = other.newFirmware(false);
            assertRefused(HeapError.INVALID_ARGUMENT, "another device's",
                    () -> decoder.open(Streams.format("small.h264"), firmware, event -> { }));
        }
    }
}
