// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.backend.mtk.internal.Fixture.MIB;
import static org.cloister.backend.mtk.internal.Fixture.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.region.ProtectedRegion;
import org.cloister.region.RegionCount;
import org.cloister.region.RegionRequest;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device, a region, rights: by the firewall of the board. */
class DeviceRegionsTest {
    private static final long PAGE = 4096;

    private Fixture f = new Fixture();
    private DeviceRegions regions = new DeviceRegions(f.backend::regions);

    @AfterEach
    void switchOff() {
        f.close();
    }

    private void again(Numbering numbering) {
        f.close();
        f = new Fixture(Optional.empty(), numbering, SecureVideo.NONE);
        regions = new DeviceRegions(f.backend::regions);
    }

    /** Memory of the normal world, from the area that is not for blocks. */
    private long take(long size) {
        return f.soc().contiguousAreas().stream().filter(ContiguousArea::isDefault).findFirst().orElseThrow()
                .allocate(size, PAGE);
    }

    private RegionRequest request(String device, Access rights) {
        return new RegionRequest(device, take(MIB), MIB, rights);
    }

    private Access access(String device, long address) {
        return f.soc().firewall().rights(f.soc().initiator(device), address);
    }

    @ParameterizedTest
    @CsvSource({"cpu", "psp", "GPU", "video-encoder"})
    void whatIsNoDeviceIsNamedWithThoseThereAre(String device) {
        HeapException e = refused(HeapError.INVALID_ARGUMENT, () -> regions.protect(request(device, Access.READ)));
        assertThat(e.why()).contains("display, display-external, eth-dma, gpu, video-decoder");
        assertThat(f.tee.commands).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0x40000001, 0x1000", "0x40000000, 0x1001", "0x40000000, 0x800", "0x100000000, 0x1000",
            "0xfffff000, 0x2000", "0x7ffffffffffff000, 0x800"})
    void whatIsNotMadeOfPagesBelowFourGigabytesIsRefused(String address, String size) {
        refused(HeapError.INVALID_ARGUMENT, () -> regions.protect(
                new RegionRequest("gpu", Long.decode(address), Long.decode(size), Access.READ)));
        assertThat(f.tee.commands).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0xa0000000", "0x20000000", "0x30000000", "0xc0000000"})
    void whatIsNotTheNormalWorldsIsRefusedByTheApplication(String address) {
        refused(HeapError.FIRMWARE_REFUSED, () -> regions.protect(
                new RegionRequest("gpu", Long.decode(address), MIB, Access.READ)));
        assertThat(f.regions()).isZero();
    }

    @Test
    void whatIsProtectedAlreadyIsRefused() {
        RegionRequest request = request("gpu", Access.READ);
        regions.protect(request);
        refused(HeapError.FIRMWARE_REFUSED, () -> regions.protect(request));
        assertThat(f.regions()).isEqualTo(1);
    }

    @Test
    void withoutARegionTheBudgetIsNamed() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        List<ProtectedRegion> held = new ArrayList<>();
        while (regions.regions().left() > 0) {
            held.add(regions.protect(request("gpu", Access.READ)));
        }
        assertThat(regions.regions()).isEqualTo(new RegionCount(1, held.size(), 0));
        HeapException e = refused(HeapError.NO_REGION, () -> regions.protect(request("gpu", Access.READ)));
        assertThat(e.why()).isEqualTo("%1$d of %1$d firewall regions are in use, 1 for heaps and %2$d for single devices,"
                .formatted(held.size() + 1, held.size()) + " and it can protect no more");
        assertThat(e.remedy()).contains("restricted_mtk_cma");
        HeapException full = refused(HeapError.NO_REGION, () -> pool.allocate(100 * MIB, PAGE));
        assertThat(full.why()).contains(held.size() + " memory of single devices");
        held.getFirst().close();
        pool.free(pool.allocate(100 * MIB, PAGE));
        regions.protect(request("display", Access.READ));
        pool.free(buffer);
    }

    @Test
    void heapsAreToldOfRegionsThatDevicesHave() {
        ProtectedRegion region = regions.protect(request("gpu", Access.READ));
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        int left = pool.usage().regionsLeft().getAsInt();
        region.close();
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(pool.usage().regionsLeft()).hasValue(left + 1);
    }

    @Test
    void withoutATrustedOsNothingIsProtected() {
        f.current = List.of();
        refused(HeapError.UNAVAILABLE, () -> regions.protect(request("gpu", Access.READ)));
        refused(HeapError.UNAVAILABLE, () -> regions.regions());
    }

    @Test
    void theLegacyNumberingHasNoSuchCommand() {
        again(Numbering.LEGACY);
        refused(HeapError.NOT_SUPPORTED, () -> regions.protect(request("gpu", Access.READ)));
    }

    @Test
    void anApplicationWithoutTheCommandIsNoReasonToFail() {
        f.tee.change = (command, answer) -> command == MtkCommand.PROTECT_FOR ? new TeeResult(
                TeeCode.NOT_SUPPORTED, TeeResult.Origin.TRUSTED_APPLICATION, answer.params()) : answer;
        refused(HeapError.NOT_SUPPORTED, () -> regions.protect(request("gpu", Access.READ)));
    }

    @Test
    void aHandleThatCannotBeIsNoRegion() {
        f.tee.change = (command, answer) -> command == MtkCommand.PROTECT_FOR
                ? DisturbedTee.with(answer, 2, 0, 0) : answer;
        refused(HeapError.PROTOCOL, () -> regions.protect(request("gpu", Access.READ)));
    }

    @ParameterizedTest
    @CsvSource({"gpu, READ", "gpu, READ_WRITE", "video-decoder, WRITE", "display, READ"})
    void theDeviceAloneReachesTheMemory(String device, Access rights) {
        RegionRequest request = request(device, rights);
        try (ProtectedRegion region = regions.protect(request)) {
            assertThat(region.request()).isEqualTo(request);
            assertThat(region.isProtected()).isTrue();
            assertThat(access(device, request.address())).isEqualTo(rights);
            f.soc().initiators().stream().filter(one -> !one.secure() && !one.name().equals(device))
                    .forEach(one -> assertThat(access(one.name(), request.address())).isEqualTo(Access.NONE));
            assertThatThrownBy(() -> f.soc().memory(Initiator.CPU).readByte(request.address()))
                    .isInstanceOf(BusFault.class);
        }
        assertThat(access(Initiator.CPU, request.address())).isEqualTo(Access.READ_WRITE);
    }

    @Test
    void whatComesBackIsAllZeros() {
        RegionRequest request = request("gpu", Access.READ_WRITE);
        ProtectedRegion region = regions.protect(request);
        f.soc().memory("gpu").writeLong(request.address(), 42);
        region.close();
        assertThat(region.isProtected()).isFalse();
        assertThat(f.soc().memory(Initiator.CPU).readLong(request.address())).isZero();
        region.close(); // once more does nothing
    }

    @Test
    void aRegionThatCannotBeGivenBackStaysAndMayBeClosedAgain() {
        RegionRequest request = request("gpu", Access.READ);
        ProtectedRegion region = regions.protect(request);
        f.current = List.of();
        refused(HeapError.UNAVAILABLE, region::close);
        assertThat(region.isProtected()).isTrue();
        assertThat(access(Initiator.CPU, request.address())).isEqualTo(Access.NONE);
        f.current = List.of(f.tee.again());
        region.close();
        assertThat(f.regions()).isZero();
    }

    @Test
    void aRestartedApplicationForgetsItForGood() {
        RegionRequest request = request("gpu", Access.READ);
        ProtectedRegion region = regions.protect(request);
        f.restartApplication(Numbering.CURRENT);
        f.current = List.of(f.tee.again());
        refused(HeapError.FIRMWARE_DEAD, region::close);
        assertThat(access(Initiator.CPU, request.address())).as("it stays protected").isEqualTo(Access.NONE);
        regions.protect(request("gpu", Access.READ)).close();
    }

    @Test
    void whatABundleLeavesIsGivenBack() {
        RegionRequest request = request("gpu", Access.READ);
        ProtectedRegion region = regions.protect(request);
        regions.close();
        assertThat(region.isProtected()).isFalse();
        assertThat(f.regions()).isZero();
        refused(HeapError.CLOSED, () -> regions.protect(request));
        refused(HeapError.CLOSED, () -> regions.regions());
    }
}
