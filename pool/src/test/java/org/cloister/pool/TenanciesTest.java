// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.Tenancies.Tenancy;
import org.junit.jupiter.api.Test;

class TenanciesTest {
    private final Tenancies tenancies = new Tenancies();
    private final Object device = new Object();

    @Test
    void aDeviceHasOneDriver() {
        assertThat(tenancies.enter(device)).isPresent();
        assertThat(tenancies.enter(device)).isEmpty();
        assertThat(tenancies.enter(new Object())).isPresent();
    }

    @Test
    void theNextDriverComesWhenTheFormerHasGone() {
        Tenancy first = tenancies.enter(device).orElseThrow();
        first.close();
        assertThat(tenancies.enter(device)).isPresent();
    }

    @Test
    void aFormerDriverThatGoesTwiceDoesNotEndItsSuccessors() {
        Tenancy first = tenancies.enter(device).orElseThrow();
        first.close();
        assertThat(tenancies.enter(device)).isPresent();
        first.close();
        assertThat(tenancies.enter(device)).isEmpty();
    }

    private Tenant tenant() {
        return new Tenant(tenancies, device, "the device");
    }

    private static HeapError refusal(Tenant tenant) {
        return catchThrowableOfType(HeapException.class, () -> tenant.enter("try")).error();
    }

    @Test
    void aTenantEntersOnceAndStays() {
        Tenant first = tenant();
        first.enter("try");
        first.enter("try again");
        assertThat(refusal(tenant())).isEqualTo(HeapError.BUSY);
    }

    @Test
    void whoNeverEnteredIsInNobodysWay() {
        Tenant idle = tenant();
        Tenant other = tenant();
        other.enter("try");
        idle.close();
        assertThat(refusal(tenant())).isEqualTo(HeapError.BUSY);
        other.close();
        tenant().enter("try");
    }

    @Test
    void whoHasLeftDoesNotComeBack() {
        Tenant first = tenant();
        first.enter("try");
        first.close();
        first.close();
        assertThat(refusal(first)).isEqualTo(HeapError.CLOSED);
        tenant().enter("try");
    }
}
