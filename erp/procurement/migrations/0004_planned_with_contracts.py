"""Requisitions may be planned with a contract."""

from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_procurement', '0003_requisitions_by_origin_and_day'),
    ]

    operations = [
        migrations.AlterField(
            model_name='requisition',
            name='origin',
            field=models.CharField(choices=[('order', 'Order short of goods'), ('contract', 'Planned with a contract'), ('reorder', 'Stock below its point'), ('manual', 'Asked by hand')], default='manual', editable=False, max_length=10, verbose_name='origin'),
        ),
    ]
