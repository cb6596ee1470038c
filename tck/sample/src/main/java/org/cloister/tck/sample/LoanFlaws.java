// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.reflect.Proxy;
import java.util.List;
import org.cloister.backend.BackendHost;
import org.cloister.backend.Pool;

/** What is wrong with what core is told of memory that is lent. Stateless. */
final class LoanFlaws {
    private LoanFlaws() {}

    /** What becomes of a word about a range of a pool. */
    @FunctionalInterface
    private interface Change {
        void tell(BackendHost core, Pool pool, long address, long size);
    }

    /** Changes what core is told by one method. A proxy: who implements the interface is bound to its version. */
    private static Flaw of(String name, String caughtBy, String method, Change change) {
        return Flaw.ofHost(name, caughtBy, core -> (BackendHost) Proxy.newProxyInstance(
                BackendHost.class.getClassLoader(), new Class<?>[] {BackendHost.class}, (_, called, arguments) -> {
                    if (!called.getName().equals(method)) {
                        return called.invoke(core, arguments);
                    }
                    change.tell(core, (Pool) arguments[0], (long) arguments[1], (long) arguments[2]);
                    return null;
                }));
    }

    static List<Flaw> all() {
        return List.of(
                of("lent-untold", "LoanChecks.aLoanIsTold LoanChecks.aReclaimNamesWhatWasLent", "lent",
                        (_, _, _, _) -> { }),
                of("lent-twice", "LoanChecks.aLoanIsToldOnce", "lent", (core, pool, address, size) -> {
                    core.lent(pool, address, size);
                    core.lent(pool, address, size);
                }),
                of("lent-elsewhere", "LoanChecks.aLoanIsTold LoanChecks.aReclaimIsTold "
                        + "LoanChecks.aReclaimNamesWhatWasLent LoanChecks.whatIsLentIsOutOfReach", "lent",
                        (core, pool, address, size) -> core.lent(pool, address + size, size)),
                of("reclaimed-untold", "LoanChecks.aReclaimIsTold", "reclaimed", (_, _, _, _) -> { }),
                of("reclaimed-twice", "LoanChecks.aReclaimNamesWhatWasLent", "reclaimed",
                        (core, pool, address, size) -> {
                            core.reclaimed(pool, address, size);
                            core.reclaimed(pool, address, size);
                        }),
                of("reclaimed-elsewhere", "LoanChecks.aReclaimIsTold LoanChecks.aReclaimNamesWhatWasLent", "reclaimed",
                        (core, pool, address, size) -> core.reclaimed(pool, address + size, size)),
                of("fault-untold", "LoanChecks.aFaultIsToldBeforeTheQuarantine", "faulted", (_, _, _, _) -> { }));
    }
}
