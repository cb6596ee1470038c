// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the page, PID {@code org.cloister.console.web}. Without one there is no page. */
@ObjectClassDefinition(name = "Cloister: web page", description = "Serves a page that shows memory, heaps, buffers and"
        + " faults. Without this configuration nothing is served.")
@interface WebConfiguration {
    /** The PID. */
    String PID = "org.cloister.console.web";

    @AttributeDefinition(name = "Host", description = "The address to listen on, as a name or a number. On any other than"
            + " a loopback address the token is needed for reading, too.")
    String host() default "127.0.0.1";

    @AttributeDefinition(name = "Port", min = "0", max = "65535", description = "The TCP port to listen on; 0: any that is"
            + " free.")
    int port() default 8480;

    @AttributeDefinition(name = "Token", type = AttributeType.PASSWORD, description = "What a browser has to send so that"
            + " it may change something: 16 characters or more. Empty: nobody can change anything.")
    String token() default "";

    @AttributeDefinition(name = "Names", description = "Further names by which browsers may call this machine. Requests"
            + " that name another host are refused, which keeps pages of others out.")
    String[] names() default {};

    @AttributeDefinition(name = "Interval (ms)", min = "100", description = "How often browsers are told how things stand,"
            + " in milliseconds.")
    int interval_ms() default 500;
}
