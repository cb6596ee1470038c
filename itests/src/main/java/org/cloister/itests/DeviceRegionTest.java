// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.region.ProtectedRegion;
import org.cloister.region.RegionProtection;
import org.cloister.region.RegionRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** Drivers have memory that they bring along protected for one device. */
class DeviceRegionTest {
    private static final long SIZE = 1 << 20;

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    private static RegionRequest request(Access rights) {
        ContiguousArea area = Framework.service(ContiguousArea.class, "(area.default=true)");
        return new RegionRequest("gpu", area.allocate(SIZE, 4096), SIZE, rights);
    }

    private static RegionProtection protection() {
        return Framework.service(RegionProtection.class, "(region.backend=mtk)");
    }

    @Test
    void oneDeviceAloneReachesARegion() throws Exception {
        Boards.on("lab");
        RegionProtection protection = protection();
        PhysicalMemory cpu = Framework.service(PhysicalMemory.class, "(initiator=cpu)");
        PhysicalMemory gpu = Framework.service(Soc.class, null).memory("gpu");
        RegionRequest request = request(Access.READ);
        cpu.writeLong(request.address(), 42);
        int before = protection.regions().forDevices();
        try (ProtectedRegion region = protection.protect(request)) {
            assertThat(region.isProtected()).isTrue();
            assertThat(protection.regions().forDevices()).isEqualTo(before + 1);
            assertThat(gpu.readLong(request.address())).isEqualTo(42);
            assertThatThrownBy(() -> gpu.writeByte(request.address(), (byte) 1)).isInstanceOf(BusFault.class);
            assertThatThrownBy(() -> cpu.readLong(request.address())).isInstanceOf(BusFault.class);
        }
        assertThat(cpu.readLong(request.address())).isZero();
    }

    @Test
    void whenTheHardwareHasNoRegionLeftTheBudgetIsNamed() throws Exception {
        Boards.on("mt8195");
        RegionProtection protection = protection();
        List<ProtectedRegion> held = new ArrayList<>();
        while (protection.regions().left() > 0) {
            held.add(protection.protect(request(Access.READ_WRITE)));
        }
        assertThat(held).hasSize(6);
        RegionRequest one = request(Access.READ);
        assertThatThrownBy(() -> protection.protect(one)).isInstanceOfSatisfying(HeapException.class, e -> {
            assertThat(e.error()).isEqualTo(HeapError.NO_REGION);
            assertThat(e).hasMessageContaining(
                    "6 of 6 firewall regions are in use, 0 for heaps and 6 for single devices");
        });
        held.forEach(ProtectedRegion::close);
        protection.protect(one).close();
    }

    @Test
    void whatABundleLeavesIsGivenBackWhenItStops() throws Exception {
        Boards.on("mt8195");
        protection();
        Bundle other = Framework.emptyBundle("regions");
        try {
            ProtectedRegion left = Framework.service(other, RegionProtection.class).protect(request(Access.READ));
            other.stop();
            assertThat(left.isProtected()).isFalse();
            assertThat(protection().regions().forDevices()).isZero();
        } finally {
            other.uninstall();
        }
    }

    @Test
    void aBackendThatIsStoppedGivesRegionsBack() throws Exception {
        Boards.on("mt8195");
        ProtectedRegion left = protection().protect(request(Access.READ));
        Bundle backend = Framework.bundle("org.cloister.backend.mtk");
        backend.stop();
        try {
            assertThat(left.isProtected()).isFalse();
        } finally {
            backend.start();
        }
        assertThat(protection().regions().forDevices()).isZero();
    }
}
