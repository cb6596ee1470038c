// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.cloister.heap.HeapError;
import org.cloister.tee.TeeResult.Origin;
import org.cloister.tee.TeeVersion.Capability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TeeResultTest {
    private static TeeResult result(int code, Param... params) {
        return new TeeResult(code, Origin.TRUSTED_APPLICATION, List.of(params));
    }

    @Test
    void successIsPassedOn() {
        TeeResult result = result(TeeCode.SUCCESS);
        assertThat(result.isSuccess()).isTrue();
        assertThat(result.orElseThrow("count regions")).isSameAs(result);
    }

    /** Codes: GlobalPlatform, TEE Client API 1.0, table 4-2; TARGET_DEAD: TEE Internal Core API. */
    @ParameterizedTest
    @CsvSource({"0xFFFF0000, GENERIC", "0xFFFF0001, ACCESS_DENIED", "0xFFFF0002, CANCEL",
        "0xFFFF0003, ACCESS_CONFLICT", "0xFFFF0004, EXCESS_DATA", "0xFFFF0005, BAD_FORMAT",
        "0xFFFF0006, BAD_PARAMETERS", "0xFFFF0007, BAD_STATE", "0xFFFF0008, ITEM_NOT_FOUND",
        "0xFFFF0009, NOT_IMPLEMENTED", "0xFFFF000A, NOT_SUPPORTED", "0xFFFF000B, NO_DATA",
        "0xFFFF000C, OUT_OF_MEMORY", "0xFFFF000D, BUSY", "0xFFFF000E, COMMUNICATION", "0xFFFF000F, SECURITY",
        "0xFFFF0010, SHORT_BUFFER", "0xFFFF3024, TARGET_DEAD", "0x00000000, SUCCESS", "0x80000001, code"})
    void codesHaveTheirNames(String number, String name) {
        int code = Long.decode(number).intValue();
        assertThat(TeeCode.name(code)).isEqualTo(name + " (" + number + ")");
    }

    @ParameterizedTest
    @CsvSource({"0xFFFF000C, NO_MEMORY", "0xFFFF0002, CANCELLED", "0xFFFF3024, FIRMWARE_DEAD",
        "0xFFFF0006, FIRMWARE_REFUSED", "0x80000001, FIRMWARE_REFUSED", "0x00000001, FIRMWARE_REFUSED"})
    void codesBecomeErrors(String number, HeapError error) {
        TeeResult result = result(Long.decode(number).intValue());
        assertThat(result.isSuccess()).isFalse();
        assertThat(refused(error, () -> result.orElseThrow("count regions")))
                .hasMessageContaining("count regions").hasMessageContaining(number)
                .hasMessageContaining("TRUSTED_APPLICATION");
    }

    @Test
    void valuesAreReadByPlace() {
        var value = new Param.Value(7, 8, Direction.OUTPUT);
        TeeResult result = result(TeeCode.SUCCESS, Param.NONE, value);
        assertThat(result.value(1)).isEqualTo(value);
        refused(HeapError.INVALID_ARGUMENT, () -> result.value(0));
        refused(HeapError.INVALID_ARGUMENT, () -> result.value(2));
        refused(HeapError.INVALID_ARGUMENT, () -> result.value(-1));
    }

    @Test
    void nothingIsNull() {
        assertThatNullPointerException().isThrownBy(() -> new TeeResult(0, null, List.of()));
        assertThatNullPointerException().isThrownBy(() -> new TeeResult(0, Origin.API, null));
        assertThatNullPointerException().isThrownBy(() -> new TeeVersion(1, "OP-TEE", 0, null));
    }

    /** Numbers: GlobalPlatform, TEE Client API 1.0, table 4-3. */
    @ParameterizedTest
    @CsvSource({"API, 1", "COMMS, 2", "TEE, 3", "TRUSTED_APPLICATION, 4"})
    void originsHaveTheirNumbers(Origin origin, int number) {
        assertThat(origin.number()).isEqualTo(number);
    }

    /** Numbers: Linux, TEE_IOCTL_LOGIN_*. */
    @Test
    void loginsHaveTheirNumbers() {
        assertThat(Login.PUBLIC.method()).isZero();
        assertThat(new Login.User(1000).method()).isOne();
        assertThat(new Login.Group(100).method()).isEqualTo(2);
    }

    /** Bits: Linux, TEE_GEN_CAP_*. */
    @Test
    void capabilitiesAreInTheOrderOfTheirBits() {
        assertThat(Capability.values()).containsExactly(Capability.GLOBAL_PLATFORM, Capability.PRIVILEGED,
                Capability.REGISTERED_MEMORY, Capability.NULL_MEMORY, Capability.OBJECTS);
        var some = EnumSet.of(Capability.PRIVILEGED);
        var version = new TeeVersion(TeeVersion.OPTEE, "OP-TEE 4.7", 0, some);
        some.clear(); // a copy was taken
        assertThat(version.capabilities()).isEqualTo(Set.of(Capability.PRIVILEGED));
    }
}
