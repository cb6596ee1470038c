// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.itests;

import static org.assertj.core.api.Assertions.assertThat;

import org.cloister.tck.ContractReport;
import org.junit.jupiter.api.Test;

/** A right backend of all kinds of memory passes every check that there is. */
class RightBackendTest {
    @Test
    void passes() {
        ContractReport report = Framework.test("org.cloister.tck.sample");
        assertThat(Framework.failures(report)).isEmpty();
        assertThat(report.clauses()).isGreaterThan(220);
    }
}
