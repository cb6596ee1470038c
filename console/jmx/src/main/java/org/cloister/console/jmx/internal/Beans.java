// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.util.HashSet;
import java.util.Set;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The beans that this bundle has in a server, until closed. Touches no other. Safe for use by any thread. */
final class Beans implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Beans.class);
    private static final String DOMAIN = "org.cloister";

    private final MBeanServer server;
    private final Set<ObjectName> own = new HashSet<>(); // guarded by this
    private boolean closed; // guarded by this

    Beans(MBeanServer server) {
        this.server = server;
    }

    /** {@return the name of the bean of all heaps} */
    static ObjectName core() {
        return name("type=Core");
    }

    /** {@return the name of a heap's bean, the heap's name quoted} */
    static ObjectName heap(String name) {
        return name("type=Heap,name=" + ObjectName.quote(name));
    }

    private static ObjectName name(String keys) {
        try {
            return new ObjectName(DOMAIN + ":" + keys);
        } catch (JMException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Registers a bean, unless another framework in this JVM has one of that name. */
    synchronized <T> void add(ObjectName name, T bean, Class<T> type) {
        if (closed) {
            return;
        }
        try {
            server.registerMBean(new DescribedBean(bean, type), name);
            own.add(name);
        } catch (InstanceAlreadyExistsException taken) {
            LOG.warn("{} has no bean: somebody else in this JVM, most likely another framework, has one of that name;"
                    + " run one Cloister in a JVM to see all", name);
        } catch (JMException e) {
            LOG.warn("{} has no bean", name, e);
        }
    }

    /** Takes a bean out, if it is one of these. */
    synchronized void remove(ObjectName name) {
        if (own.remove(name)) {
            try {
                server.unregisterMBean(name);
            } catch (InstanceNotFoundException gone) {
                LOG.debug("{} was taken out by somebody else", name);
            } catch (JMException e) {
                LOG.warn("{} cannot be taken out", name, e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        Set.copyOf(own).forEach(this::remove);
    }
}
