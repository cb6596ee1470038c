// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

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
}
