"""Since when customers have had their owner."""

import django.db.models.functions.datetime
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('crm_customers', '0006_tag_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='owner_since',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=suite.core.clock.now, editable=False, verbose_name='with this owner since'),
        ),
    ]
