// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each field is where FF-A 1.0, 1.1, 1.2, OP-TEE's message protocol and MediaTek's memory application put it. */
class LayoutOffsetsTest {
    @ParameterizedTest
    @CsvSource({
        "FfaHeader10, sender, 0, 2", "FfaHeader10, attributes, 2, 1", "FfaHeader10, reserved0, 3, 1",
        "FfaHeader10, flags, 4, 4", "FfaHeader10, handle, 8, 8", "FfaHeader10, tag, 16, 8",
        "FfaHeader10, reserved1, 24, 4", "FfaHeader10, receiver_count, 28, 4",
        "FfaHeader11, sender, 0, 2", "FfaHeader11, attributes, 2, 2", "FfaHeader11, flags, 4, 4",
        "FfaHeader11, handle, 8, 8", "FfaHeader11, tag, 16, 8", "FfaHeader11, receiver_size, 24, 4",
        "FfaHeader11, receiver_count, 28, 4", "FfaHeader11, receiver_offset, 32, 4",
        "FfaHeader11, reserved0, 36, 4", "FfaHeader11, reserved1, 40, 8",
        "FfaReceiver, endpoint, 0, 2", "FfaReceiver, permissions, 2, 1", "FfaReceiver, flags, 3, 1",
        "FfaReceiver, composite_offset, 4, 4", "FfaReceiver, implementation0, 8, 8",
        "FfaReceiver, implementation1, 16, 8", "FfaReceiver, reserved, 24, 8",
        "FfaComposite, page_count, 0, 4", "FfaComposite, range_count, 4, 4", "FfaComposite, reserved, 8, 8",
        "FfaRange, address, 0, 8", "FfaRange, page_count, 8, 4", "FfaRange, reserved, 12, 4",
        "FfaPartition, endpoint, 0, 2", "FfaPartition, contexts, 2, 2", "FfaPartition, properties, 4, 4",
        "FfaPartition, uuid_high, 8, 8", "FfaPartition, uuid_low, 16, 8",
        "OpteeMessage, command, 0, 4", "OpteeMessage, function, 4, 4", "OpteeMessage, session, 8, 4",
        "OpteeMessage, cancel_id, 12, 4", "OpteeMessage, pad, 16, 4", "OpteeMessage, result, 20, 4",
        "OpteeMessage, origin, 24, 4", "OpteeMessage, param_count, 28, 4",
        "OpteeParameter, attributes, 0, 8",
        "OpteeParameter, u/value/a, 8, 8", "OpteeParameter, u/value/b, 16, 8", "OpteeParameter, u/value/c, 24, 8",
        "OpteeParameter, u/tmem/address, 8, 8", "OpteeParameter, u/tmem/size, 16, 8",
        "OpteeParameter, u/tmem/reference, 24, 8",
        "OpteeParameter, u/rmem/offset, 8, 8", "OpteeParameter, u/rmem/size, 16, 8",
        "OpteeParameter, u/rmem/reference, 24, 8",
        "OpteeParameter, u/fmem/offset_low, 8, 4", "OpteeParameter, u/fmem/offset_high, 12, 2",
        "OpteeParameter, u/fmem/internal_offset, 14, 2", "OpteeParameter, u/fmem/size, 16, 8",
        "OpteeParameter, u/fmem/handle, 24, 8",
        "OpteePageList, address, 0, 4088", "OpteePageList, next, 4088, 8",
        "MtkSegment, address, 0, 8", "MtkSegment, length, 8, 4"
    })
    void fieldLiesWhereTheProtocolSays(String structure, String path, long offset, long size) {
        PathElement[] elements = Arrays.stream(path.split("/"))
                .map(PathElement::groupElement)
                .toArray(PathElement[]::new);
        assertThat(layout(structure).byteOffset(elements)).isEqualTo(offset);
        assertThat(layout(structure).select(elements).byteSize()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({
        "FfaHeader10, 32", "FfaHeader11, 48", "FfaReceiver, 32", "FfaComposite, 16", "FfaRange, 16",
        "FfaPartition, 24", "OpteeMessage, 32", "OpteeParameter, 32", "OpteePageList, 4096",
        "MtkSegment, 12"
    })
    void structureHasTheLengthThatTheProtocolSays(String structure, long size) {
        assertThat(layout(structure).byteSize()).isEqualTo(size);
        assertThat(declaredSize(structure)).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"V1_0, 65536, 32, 16", "V1_1, 65537, 48, 16", "V1_2, 65538, 48, 32"})
    void versionsDifferInHeaderAndReceiver(FfaVersion version, int word, int header, int receiver) {
        assertThat(version.word()).isEqualTo(word);
        assertThat(version.headerSize()).isEqualTo(header);
        assertThat(version.receiverSize()).isEqualTo(receiver);
    }

    private static MemoryLayout layout(String structure) {
        return switch (structure) {
            case "FfaHeader10" -> FfaHeader10.LAYOUT;
            case "FfaHeader11" -> FfaHeader11.LAYOUT;
            case "FfaReceiver" -> FfaReceiver.LAYOUT;
            case "FfaComposite" -> FfaComposite.LAYOUT;
            case "FfaRange" -> FfaRange.LAYOUT;
            case "FfaPartition" -> FfaPartition.LAYOUT;
            case "OpteeMessage" -> OpteeMessage.LAYOUT;
            case "OpteeParameter" -> OpteeParameter.LAYOUT;
            case "OpteePageList" -> OpteePageList.LAYOUT;
            case "MtkSegment" -> MtkSegment.LAYOUT;
            default -> throw new IllegalArgumentException(structure);
        };
    }

    private static int declaredSize(String structure) {
        return switch (structure) {
            case "FfaHeader10" -> FfaHeader10.SIZE;
            case "FfaHeader11" -> FfaHeader11.SIZE;
            case "FfaReceiver" -> FfaReceiver.SIZE;
            case "FfaComposite" -> FfaComposite.SIZE;
            case "FfaRange" -> FfaRange.SIZE;
            case "FfaPartition" -> FfaPartition.SIZE;
            case "OpteeMessage" -> OpteeMessage.SIZE;
            case "OpteeParameter" -> OpteeParameter.SIZE;
            case "OpteePageList" -> OpteePageList.SIZE;
            case "MtkSegment" -> MtkSegment.SIZE;
            default -> throw new IllegalArgumentException(structure);
        };
    }
}
